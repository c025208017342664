"""The figures: what each says in its title and under it, and which drawing it holds.

Each is a function of the report and of the folder that the figure goes to.
"""

from pathlib import Path

import numpy as np

from stages.lib.plot.curves import draw_classes, draw_distribution, draw_training
from stages.lib.plot.images import draw_errors, draw_rows, height_of
from stages.lib.plot.report import Report
from stages.lib.plot.style import figure
from stages.lib.tables import read_table

CURVES = Path("reports/training/plots/metrics")
OF_A_KIND = 3  # best, median and worst images


def original_and_noisy(report: Report, folder: Path) -> None:
    rows, indices = report.example("first", report.columns)
    with figure(
        folder / "original_and_noisy.png",
        height=height_of(2, report.columns),
        title="What the noise does",
        subtitle=f"Above each image: its PSNR. "
        f"Average over {report.images} and {report.draws}: {report.summary['noisy']['psnr']:.2f} dB.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_rows(
            drawing,
            {"original": rows["clean"], "noisy": rows["noisy"]},
            above={"noisy": report.decibels("noisy", indices)},
        )


def noisy_denoised_original(report: Report, folder: Path) -> None:
    rows, indices = report.example("first", report.columns)
    gain = report.summary["gain"]["psnr"]
    with figure(
        folder / "noisy_denoised_original.png",
        height=height_of(3, report.columns),
        title=f"The denoiser {'gains' if gain >= 0 else 'loses'} {abs(gain):.1f} dB on average",
        subtitle=f"Above each image: its PSNR. The average is over {report.images} and {report.draws}.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_rows(
            drawing,
            {"noisy": rows["noisy"], "denoised": rows["denoised"], "original": rows["clean"]},
            above={kind: report.decibels(kind, indices) for kind in ("noisy", "denoised")},
        )


def training_curves(report: Report, folder: Path) -> None:
    curves = {
        metric: {split: read_table(CURVES / split / f"{metric}.tsv") for split in ("train", "validation")}
        for metric in ("loss", "mse")
    }
    values = {metric: {split: table[metric] for split, table in both.items()} for metric, both in curves.items()}
    with figure(
        folder / "training_curves.png",
        height=4.2,
        title="How the training went",
        subtitle="Training values are averages over an epoch; validation values are measured at its end.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_training(drawing, epochs=curves["loss"]["train"]["step"], loss=values["loss"], mse=values["mse"])


def psnr_distribution(report: Report, folder: Path) -> None:
    noisy, denoised = report.scores["noisy_psnr"], report.scores["denoised_psnr"]
    with figure(
        folder / "psnr_distribution.png",
        height=4.2,
        title=f"{np.sum(denoised > noisy):,} of {len(noisy):,} images come out better than they went in",
        subtitle=f"{report.images}, as prepared: the first draw of the noise.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_distribution(drawing, noisy=noisy, denoised=denoised)


def by_class(report: Report, folder: Path) -> None:
    classes = report.classes
    easiest, hardest = (int(classes["label"][place(classes["denoised_psnr"])]) for place in (np.argmax, np.argmin))
    with figure(
        folder / "by_class.png",
        height=4.2,
        title=f"Easiest is class {easiest}, hardest class {hardest}",
        subtitle=f"Mean PSNR of each class, with the 95% interval; {report.images}, first draw of the noise.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_classes(drawing, classes)


def best_median_worst(report: Report, folder: Path) -> None:
    groups, above = {}, {}
    for group in ("best", "median", "worst"):
        groups[group], indices = report.example(group, min(OF_A_KIND, report.columns))
        above[group] = report.decibels("denoised", indices)
    with figure(
        folder / "best_median_worst.png",
        height=height_of(4, 3 * OF_A_KIND + 1),
        title="Where the denoiser does best and worst",
        subtitle=f"By the PSNR of the denoised image, which stands above it, among {report.images}.\n"
        "Error: the absolute difference from the original pixel, where black is 0 and white is 1.",
        dots_per_inch=report.dots_per_inch,
    ) as drawing:
        draw_errors(drawing, groups, above=above)
