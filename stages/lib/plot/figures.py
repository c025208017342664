"""The figures: what each says in its title and under it, and which drawing it holds.

Each is a function of the results and of the folder that the figure goes to.
"""

from pathlib import Path

import numpy as np

from stages.lib.plot.curves import draw_classes, draw_distribution, draw_training
from stages.lib.plot.images import draw_errors, draw_rows, height_of
from stages.lib.plot.results import Results
from stages.lib.plot.style import figure
from stages.lib.tables import Columns, read_summary, read_table

TRAINING = Path("reports/training")
CURVES = TRAINING / "plots/metrics"
OF_A_KIND = 3  # best, median and worst images


def original_and_noisy(results: Results, folder: Path) -> None:
    rows, indices = results.example("first", results.columns)
    with figure(
        folder / "original_and_noisy.png",
        height=height_of(2, results.columns),
        title="What the noise does",
        subtitle=f"Above each image: its PSNR. "
        f"Average over {results.measured_on} and {results.draws}: {results.summary['noisy']['psnr']:.2f} dB.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_rows(
            drawing,
            {"original": rows["clean"], "noisy": rows["noisy"]},
            above={"noisy": results.decibels("noisy", indices)},
        )


def noisy_denoised_original(results: Results, folder: Path) -> None:
    rows, indices = results.example("first", results.columns)
    gain = results.summary["gain"]["psnr"]
    with figure(
        folder / "noisy_denoised_original.png",
        height=height_of(3, results.columns),
        title=f"The denoiser {'gains' if gain >= 0 else 'loses'} {abs(gain):.1f} dB on average",
        subtitle=f"Above each image: its PSNR. The average is over {results.measured_on} and {results.draws}.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_rows(
            drawing,
            {"noisy": rows["noisy"], "denoised": rows["denoised"], "original": rows["clean"]},
            above={kind: results.decibels(kind, indices) for kind in ("noisy", "denoised")},
        )


def training_curves(results: Results, folder: Path) -> None:
    train, validation = (read_table(CURVES / split / "loss.tsv") for split in ("train", "validation"))
    psnr, ssim = (read_table(CURVES / "validation" / f"{metric}.tsv")[metric] for metric in ("psnr", "ssim"))
    saved = read_summary(TRAINING / "metrics.json")["saved"]
    settings = read_summary(TRAINING / "provenance.json")["train"]["parameters"]
    with figure(
        folder / "training_curves.png",
        height=4.2,
        title=f"Saved after epoch {saved['epoch']}, the best in validation: {saved['psnr']:.2f} dB",
        subtitle=f"{settings['architecture']}, trained on {settings['loss'].replace('_', ' ')}. "
        "The training loss is an average over the epoch; the rest is measured at its end.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_training(
            drawing,
            epochs=train["step"],
            losses={"train": train["loss"], "validation": validation["loss"]},
            psnr=psnr,
            ssim=ssim,
            saved=saved["epoch"],
        )


def psnr_distribution(results: Results, folder: Path) -> None:
    noisy, denoised = results.images["noisy_psnr"], results.images["denoised_psnr"]
    with figure(
        folder / "psnr_distribution.png",
        height=4.2,
        title=f"{np.sum(denoised > noisy):,} of {len(noisy):,} images come out better than they went in",
        subtitle=f"{results.measured_on}, as prepared: the first draw of the noise.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_distribution(drawing, noisy=noisy, denoised=denoised)


def by_class(results: Results, folder: Path) -> None:
    classes = results.classes
    easiest, hardest = (int(classes["label"][place(classes["denoised_psnr"])]) for place in (np.argmax, np.argmin))
    with figure(
        folder / "by_class.png",
        height=4.2,
        title=f"Easiest is class {easiest}, hardest class {hardest}",
        subtitle=f"Averages of {results.measured_on}, first draw of the noise, with 95% intervals. {reading(classes)}",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_classes(drawing, classes)


def best_median_worst(results: Results, folder: Path) -> None:
    groups, above = {}, {}
    for group in ("best", "median", "worst"):
        groups[group], indices = results.example(group, min(OF_A_KIND, results.columns))
        above[group] = results.decibels("denoised", indices)
    with figure(
        folder / "best_median_worst.png",
        height=height_of(4, 3 * OF_A_KIND + 1),
        title="Where the denoiser does best and worst",
        subtitle=f"By the PSNR of the denoised image, which stands above it, among {results.measured_on}.\n"
        "Error: the absolute difference from the original pixel, where black is 0 and white is 1.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_errors(drawing, groups, above=above)


def reading(classes: Columns) -> str:
    """Return in words for which classes denoising does not clearly help the classifier."""
    doubtful = [f"{label:.0f}" for label in classes["label"][classes["gain_recognised_low"] <= 0]]
    if len(doubtful) == len(classes["label"]):
        return "No clear gain in recognised images for any class."
    if not doubtful:
        return "In every class, more images are recognised than before."
    return f"No clear gain in recognised images for class {', '.join(doubtful)}."
