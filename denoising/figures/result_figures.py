"""The figures of the result: the noise, the denoised images, the training, and the distribution of the PSNR.

Each is a function of the results, the path to write to, the number of image columns, and the resolution.
"""

from pathlib import Path

import numpy as np

from denoising.figures.curves import draw_classes, draw_distribution, draw_training
from denoising.figures.image_grids import draw_errors, draw_rows, grid_height
from denoising.figures.results import Results
from denoising.figures.style import figure
from denoising.io.tables import Columns

IMAGES_PER_GROUP = 3  # best, median and worst


def original_and_noisy(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    rows, indices = results.example("first", columns)
    with figure(
        path,
        height=grid_height(2, columns),
        title="What the noise does",
        subtitle=f"Above each image: its PSNR. "
        f"Average over {results.measured_on} and {results.realizations}: {results.summary['noisy']['psnr']:.2f} dB.",
        dpi=dpi,
    ) as drawing:
        draw_rows(
            drawing,
            {"original": rows["clean"], "noisy": rows["noisy"]},
            above={"noisy": results.decibels("noisy", indices)},
        )


def noisy_denoised_original(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    rows, indices = results.example("first", columns)
    gain = results.summary["gain"]["psnr"]
    with figure(
        path,
        height=grid_height(3, columns),
        title=f"The denoiser {'gains' if gain >= 0 else 'loses'} {abs(gain):.1f} dB on average",
        subtitle=f"Above each image: its PSNR. The average is over {results.measured_on} and {results.realizations}.",
        dpi=dpi,
    ) as drawing:
        draw_rows(
            drawing,
            {"noisy": rows["noisy"], "denoised": rows["denoised"], "original": rows["clean"]},
            above={kind: results.decibels(kind, indices) for kind in ("noisy", "denoised")},
        )


def training_curves(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    curves, saved, settings = results.curves, results.training["saved"], results.train_parameters
    with figure(
        path,
        height=4.2,
        title=f"Saved after epoch {saved['epoch']}, the best in validation: {saved['psnr']:.2f} dB",
        subtitle=f"{settings['architecture']}, trained on {settings['loss'].replace('_', ' ')}. "
        "The training loss is an average over the epoch; the rest is measured at its end.",
        dpi=dpi,
    ) as drawing:
        draw_training(
            drawing,
            epochs=curves["train_loss"]["step"],
            losses={"train": curves["train_loss"]["loss"], "validation": curves["validation_loss"]["loss"]},
            psnr=curves["validation_psnr"]["psnr"],
            ssim=curves["validation_ssim"]["ssim"],
            saved=saved["epoch"],
        )


def psnr_distribution(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    noisy, denoised = (results.tables["images"][f"{kind}_psnr"] for kind in ("noisy", "denoised"))
    with figure(
        path,
        height=4.2,
        title=f"{np.sum(denoised > noisy):,} of {len(noisy):,} images come out better than they went in",
        subtitle=f"{results.measured_on}, as prepared: the first draw of the noise.",
        dpi=dpi,
    ) as drawing:
        draw_distribution(drawing, noisy=noisy, denoised=denoised)


def by_class(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    classes = results.tables["classes"]
    easiest, hardest = (int(classes["label"][place(classes["denoised_psnr"])]) for place in (np.argmax, np.argmin))
    with figure(
        path,
        height=4.2,
        title=f"Easiest is class {easiest}, hardest class {hardest}",
        subtitle=f"Averages of {results.measured_on}, first draw of the noise, with 95% intervals. "
        f"{recognition_gain(classes)}",
        dpi=dpi,
    ) as drawing:
        draw_classes(drawing, classes)


def best_median_worst(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    groups, above = {}, {}
    for group in ("best", "median", "worst"):
        groups[group], indices = results.example(group, min(IMAGES_PER_GROUP, columns))
        above[group] = results.decibels("denoised", indices)
    with figure(
        path,
        height=grid_height(4, 3 * IMAGES_PER_GROUP + 1),
        title="Where the denoiser does best and worst",
        subtitle=f"By the PSNR of the denoised image, which stands above it, among {results.measured_on}.\n"
        "Error: the absolute difference from the original pixel, where black is 0 and white is 1.",
        dpi=dpi,
    ) as drawing:
        draw_errors(drawing, groups, above=above)


def recognition_gain(classes: Columns) -> str:
    """Return in words for which classes the interval of the gain in recognised images includes zero."""
    doubtful = [f"{label:.0f}" for label in classes["label"][classes["gain_recognised_low"] <= 0]]
    if len(doubtful) == len(classes["label"]):
        return "No clear gain in recognised images for any class."
    if not doubtful:
        return "In every class, more images are recognised than before."
    return f"No clear gain in recognised images for class {', '.join(doubtful)}."
