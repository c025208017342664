"""The figures of the result: the noise, the denoised images, the training, and the distribution of the PSNR.

Each is a function of the results and the path to write to.
"""

from pathlib import Path

import numpy as np

from denoising.figures.curves import draw_classes, draw_distribution, draw_training
from denoising.figures.image_grids import draw_errors, draw_rows, draw_whole, grid_height
from denoising.figures.labels import contains_zero, is_missing
from denoising.figures.results import Results
from denoising.figures.style import WIDTH, figure
from denoising.io.tables import Columns

IMAGES_PER_GROUP = 3  # best, median and worst


def original_and_noisy(results: Results, path: Path) -> None:
    rows, indices = results.example("first", results.side_by_side)
    with figure(
        path,
        height=grid_height(2, results.side_by_side),
        title="Original and noisy images",
        subtitle=f"{results.noise[0].upper()}{results.noise[1:]}. Above each image: its PSNR. "
        f"Mean over {results.measured_on} and {results.realizations}: {results.summary['noisy']['psnr']:.2f} dB."
        f"{results.crop_note}",
        dpi=results.dpi,
    ) as drawing:
        draw_rows(
            drawing,
            {"original": rows["clean"], "noisy": rows["noisy"]},
            above={"noisy": results.decibels("noisy", indices)},
        )


def noisy_denoised_original(results: Results, path: Path) -> None:
    rows, indices = results.example("first", results.side_by_side)
    with figure(
        path,
        height=grid_height(3, results.side_by_side),
        title=gain_title(results.summary["gain"]["psnr"], **results.summary["intervals"]["gain"]["psnr"]),
        subtitle=f"Above each image: its PSNR. The mean is over {results.measured_on} and {results.realizations}."
        f"{results.crop_note}",
        dpi=results.dpi,
    ) as drawing:
        draw_rows(
            drawing,
            {"noisy": rows["noisy"], "denoised": rows["denoised"], "original": rows["clean"]},
            above={kind: results.decibels(kind, indices) for kind in ("noisy", "denoised")},
        )


def gain_title(gain: float, *, low: float | None, high: float | None) -> str:
    """Return in words how denoising changes the mean PSNR."""
    change = f"Denoising {'increases' if gain > 0 else 'decreases'} the PSNR by {abs(gain):.1f} dB on average"
    if is_missing(low, high):
        return f"{change}; too few images for an interval"
    return "Denoising does not change the mean PSNR distinguishably" if contains_zero(low, high) else change


def training_curves(results: Results, path: Path) -> None:
    curves, training = results.curves, results.training
    settings = training["parameters"]
    with figure(
        path,
        height=4.2,
        title=f"Highest validation PSNR: {training['validation']['psnr']:.2f} dB, in epoch {training['epoch']}",
        subtitle=f"{settings['architecture']}, loss: {settings['loss'].replace('_', ' ')}. The weights of this epoch "
        "are saved. The training loss is a mean over the epoch; the validation values are measured at its end.",
        dpi=results.dpi,
    ) as drawing:
        draw_training(
            drawing,
            epochs=curves["train_loss"]["step"],
            losses={"train": curves["train_loss"]["loss"], "validation": curves["validation_loss"]["loss"]},
            psnr=curves["validation_psnr"]["psnr"],
            ssim=curves["validation_ssim"]["ssim"],
            saved=training["epoch"],
        )


def psnr_distribution(results: Results, path: Path) -> None:
    noisy, denoised = (results.tables["images"][f"{kind}_psnr"] for kind in ("noisy", "denoised"))
    with figure(
        path,
        height=4.2,
        title=f"The PSNR increases for {np.sum(denoised > noisy):,} of {len(noisy):,} images",
        subtitle=f"{results.measured_on}, first noise realization.",
        dpi=results.dpi,
    ) as drawing:
        draw_distribution(drawing, noisy=noisy, denoised=denoised)


def by_class(results: Results, path: Path) -> None:
    classes = results.tables["classes"]
    names = results.class_names(classes["label"])
    low, high = classes["denoised_psnr"].min(), classes["denoised_psnr"].max()
    with figure(
        path,
        height=4.2,
        title=f"PSNR after denoising, by class: {low:.1f} to {high:.1f} dB",
        subtitle=f"Means over {results.measured_on}, first noise realization. Error bars: 95% intervals. "
        f"{accuracy_gain(classes, names)}",
        dpi=results.dpi,
    ) as drawing:
        draw_classes(drawing, classes, names)


def accuracy_gain(classes: Columns, names: list[str]) -> str:
    """Return in words for which classes the paired interval of the gain in accuracy is above zero."""
    doubtful = [name for name, low in zip(names, classes["gain_accuracy_low"], strict=True) if not low > 0]
    if len(doubtful) == len(names):
        return "The accuracy does not increase distinguishably for any class."
    if not doubtful:
        return "The accuracy increases for every class."
    *others, last = doubtful
    named = f"classes {', '.join(others)} and {last}" if others else f"class {last}"
    return f"The accuracy does not increase distinguishably for {named}."


def best_median_worst(results: Results, path: Path) -> None:
    groups, above = {}, {}
    count = 1 if results.has_crops else min(IMAGES_PER_GROUP, results.columns)
    for group in ("best", "median", "worst"):
        groups[group], indices = results.example(group, count)
        above[group] = results.decibels("denoised", indices)
    with figure(
        path,
        height=grid_height(4, 3 * count + 1),
        title="The best, median and worst images by PSNR",
        subtitle=f"Above each denoised image: its PSNR. Chosen from {results.measured_on}.\n"
        f"Error: the absolute difference from the original; black is 0, white is 1.{results.crop_note}",
        dpi=results.dpi,
    ) as drawing:
        draw_errors(drawing, groups, above=above)


def whole_image(results: Results, path: Path) -> None:
    """Draw the image with the median PSNR whole, and, enlarged, the crop of it with the largest error."""
    (rows, crop), place = (results.whole(name) for name in ("whole", "whole_crop")), results.summary["whole"]
    index = np.array(place["index"])
    window = {end: place[end][0] for end in ("top", "bottom", "left", "right")}
    height, width = rows["clean"].shape[:2]
    with figure(
        path,
        height=1.2 + (WIDTH / 3) * (height / width + 1),
        title="One image, whole and in detail",
        subtitle=f"{results.file(index[0])}, the image with the median PSNR: {results.decibels('noisy', index)[0]} "
        f"noisy, {results.decibels('denoised', index)[0]} denoised. Below: the part in the frame, where the error is "
        "largest.",
        dpi=results.dpi,
    ) as drawing:
        names = {"noisy": "noisy", "denoised": "denoised", "original": "clean"}
        pairs = {title: (rows[name], crop[name]) for title, name in names.items()}
        draw_whole(drawing, pairs, window)
