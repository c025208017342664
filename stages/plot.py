"""Draw the comparison figures: writes reports/figures/*.png. Needs no TensorFlow."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib import failure
from stages.lib.files import replacing
from stages.lib.gallery import choose, read_sheet
from stages.lib.parameters import read_section
from stages.lib.plot.curves import draw_distribution, draw_training
from stages.lib.plot.images import draw_errors, draw_rows, height_of
from stages.lib.plot.parameters import PlotParameters
from stages.lib.plot.style import figure
from stages.lib.tables import read_summary, read_table

METRICS = Path("reports/metrics.json")
EVALUATION = Path("reports/evaluation")
CURVES = Path("reports/training/plots/metrics")
FIGURES = Path("reports/figures")
OF_A_KIND = 3  # best, median and worst images
NAMES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "kmnist": "KMNIST", "digits": "the embedded digits"}


@dataclass(frozen=True)
class Report:
    """What evaluate wrote, and how large and where to draw it."""

    summary: dict[str, Any]
    scores: dict[str, NDArray[np.float64]]
    columns: int
    dots_per_inch: int
    folder: Path

    @property
    def images(self) -> str:
        return f"{self.summary['images']:,} {self.summary['split']} images of {NAMES[self.summary['dataset']]}"

    def example(self, group: str, count: int) -> tuple[dict[str, NDArray[np.uint8]], NDArray[np.intp]]:
        """Return the first `count` images of a group, for each of noisy, denoised and clean, and their indices."""
        indices = choose(self.scores["denoised_psnr"])[group]
        rows = read_sheet(EVALUATION / "examples" / f"{group}.png", count=len(indices))
        return {name: images[:count] for name, images in rows.items()}, indices[:count]

    def decibels(self, kind: str, indices: NDArray[np.intp]) -> list[str]:
        return [f"{value:.1f} dB" for value in self.scores[f"{kind}_psnr"][indices]]


def main() -> None:
    parameters = read_section("plot", PlotParameters)
    scores = read_table(EVALUATION / "images.csv")
    with replacing(FIGURES) as (folder,):
        folder.mkdir()
        report = Report(read_summary(METRICS), scores, parameters.columns, parameters.dots_per_inch, folder)
        for draw in (
            original_and_noisy,
            noisy_denoised_original,
            training_curves,
            psnr_distribution,
            best_median_worst,
        ):
            draw(report)
            print(FIGURES / f"{draw.__name__}.png")


def original_and_noisy(report: Report) -> None:
    rows, indices = report.example("first", report.columns)
    with figure(
        report.folder / "original_and_noisy.png",
        height=height_of(2, report.columns),
        title="What the noise does",
        subtitle=f"Above each image: its PSNR. Average over {report.images}: {report.summary['noisy']['psnr']:.2f} dB.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_rows(
            drawing,
            {"original": rows["clean"], "noisy": rows["noisy"]},
            above={"noisy": report.decibels("noisy", indices)},
        )


def noisy_denoised_original(report: Report) -> None:
    rows, indices = report.example("first", report.columns)
    gain = report.summary["gain"]["psnr"]
    with figure(
        report.folder / "noisy_denoised_original.png",
        height=height_of(3, report.columns),
        title=f"The denoiser {'gains' if gain >= 0 else 'loses'} {abs(gain):.1f} dB on average",
        subtitle=f"Above each image: its PSNR. The average is over {report.images}.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_rows(
            drawing,
            {"noisy": rows["noisy"], "denoised": rows["denoised"], "original": rows["clean"]},
            above={kind: report.decibels(kind, indices) for kind in ("noisy", "denoised")},
        )


def training_curves(report: Report) -> None:
    curves = {
        metric: {split: read_table(CURVES / split / f"{metric}.tsv") for split in ("train", "validation")}
        for metric in ("loss", "mse")
    }
    values = {metric: {split: table[metric] for split, table in both.items()} for metric, both in curves.items()}
    with figure(
        report.folder / "training_curves.png",
        height=4.2,
        title="How the training went",
        subtitle="Training values are averages over an epoch; validation values are measured at its end.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_training(drawing, epochs=curves["loss"]["train"]["step"], loss=values["loss"], mse=values["mse"])


def psnr_distribution(report: Report) -> None:
    noisy, denoised = report.scores["noisy_psnr"], report.scores["denoised_psnr"]
    with figure(
        report.folder / "psnr_distribution.png",
        height=4.2,
        title=f"{np.sum(denoised > noisy):,} of {len(noisy):,} images come out better than they went in",
        subtitle=f"{report.images}.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_distribution(drawing, noisy=noisy, denoised=denoised)


def best_median_worst(report: Report) -> None:
    groups, above = {}, {}
    for group in ("best", "median", "worst"):
        groups[group], indices = report.example(group, min(OF_A_KIND, report.columns))
        above[group] = report.decibels("denoised", indices)
    with figure(
        report.folder / "best_median_worst.png",
        height=height_of(4, 3 * OF_A_KIND + 1),
        title="Where the denoiser does best and worst",
        subtitle=f"By the PSNR of the denoised image, which stands above it, among {report.images}.\n"
        "Error: the absolute difference from the original pixel, where black is 0 and white is 1.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_errors(drawing, groups, above=above)


if __name__ == "__main__":
    failure.run_stage(main)
