"""The figures of comparisons: other methods, other noise factors and types, and classes before and after.

Each is a function of the results and the path to write to.
"""

from pathlib import Path

import numpy as np

from denoising.figures.comparisons import draw_methods, draw_noise_sweep, draw_noise_types
from denoising.figures.confusion import confusion_matrix, draw_confusion, most_confused
from denoising.figures.image_grids import draw_groups, draw_rows, grid_height
from denoising.figures.labels import (
    METHOD_LABELS,
    NOISE_LABELS,
    contains_zero,
    factor_text,
    in_brackets,
    interval_text,
    is_missing,
)
from denoising.figures.results import Results
from denoising.figures.style import figure
from denoising.io.tables import Columns

DEBIASED = "; the bias of clipped noise is removed where this increases its PSNR"
IMAGES_PER_GROUP = 6  # repaired and flipped
TILE_NAME = 8  # characters of the name of a class above an image
CLASSIFIER = " Accuracy: of a classifier trained on clean images only; the dotted line is its accuracy on clean images."


def methods_side_by_side(results: Results, path: Path) -> None:
    rows = results.methods_side_by_side(results.side_by_side)
    with figure(
        path,
        height=grid_height(len(rows), results.side_by_side, space=0.04, names=2.1),
        title="The same noisy images, filtered and denoised",
        subtitle="Sorted by PSNR, the lowest first. Each filter is tuned on validation images"
        f"{DEBIASED if results.summary['noise'].get('clip') else ''}.{results.crop_note}",
        dpi=results.dpi,
    ) as drawing:
        draw_rows(drawing, rows, above={})


def methods(results: Results, path: Path) -> None:
    best, margin = METHOD_LABELS[results.summary["best_filter"]["method"]], results.summary["margin"]["psnr"]
    interval = results.summary["intervals"]["margin"]["psnr"]
    table = results.tables["methods"]
    text = interval_text(**interval)
    with figure(
        path,
        height=4.6,
        title=comparison_title(best, margin, **interval),
        subtitle=f"{table['images'][0]:,.0f} of the {results.measured_on}, the same noise for all methods."
        f"{f' Error bars: 95% intervals. Margin of the denoiser, paired: {text} dB.' if text else ''}"
        f"{CLASSIFIER if results.has_classes else ''}",
        dpi=results.dpi,
    ) as drawing:
        draw_methods(drawing, table, clean_accuracy=results.summary.get("clean", {}).get("accuracy"))


def comparison_title(best: str, margin: float, *, low: float | None, high: float | None) -> str:
    """Return in words how the denoiser compares with the best filter."""
    relation = "higher" if margin > 0 else "lower"
    difference = f"PSNR {abs(margin):.1f} dB {relation} than that of the best filter, {best}"
    if is_missing(low, high):
        return f"{difference}; too few images for an interval"
    return (
        f"The denoiser and the best filter, {best}, are not distinguishable" if contains_zero(low, high) else difference
    )


def noise_sweep(results: Results, path: Path) -> None:
    sweep = results.tables["noise_sweep"]
    filters = ", ".join(METHOD_LABELS[method] for method in dict.fromkeys(sweep["filter"][sweep["factor"] > 0]))
    with figure(
        path,
        height=4.6,
        title=f"Trained at {results.trained_factors}, the denoiser {helpful_factors(sweep)}",
        subtitle=f"{results.noise_name} noise, {results.renoised}{sweep['images'][0]:,.0f} images per factor. The best "
        f"filter at each factor ({filters}) is tuned for that factor; it is drawn at its paired difference from the "
        f"denoiser on {sweep['filter_images'][0]:,.0f} of the images. Bands: 95% intervals.",
        dpi=results.dpi,
    ) as drawing:
        draw_noise_sweep(drawing, sweep, trained=results.trained_range)


def helpful_factors(sweep: Columns) -> str:
    """Return in words at which noise factors the PSNR increases, by the paired intervals of the gain."""
    if np.isnan(sweep["gain_psnr_low"]).all():
        return "is measured on too few images for intervals"
    helps = sweep["gain_psnr_low"] > 0
    factors = sweep["factor"][helps]
    if not len(factors):
        return "increases the PSNR at no noise factor"
    if helps[np.argmax(helps) :].all():
        return f"increases the PSNR from a factor of {factor_text(factors.min())}"
    return f"increases the PSNR at some factors from {factor_text(factors.min())} to {factor_text(factors.max())}"


def noise_types(results: Results, path: Path) -> None:
    types = results.tables["noise_types"]
    with figure(
        path,
        height=4.6,
        title=drop_title(types),
        subtitle=f"Measured on {results.renoised}{types['images'][0]:,.0f} images. Each type of noise has the factor "
        "at which the noisy images have the same PSNR as with the prepared noise; a type that cannot be as strong has "
        f"a factor of 1. In distribution: {results.noise_name} noise at the same PSNR of the noisy images. Error bars: "
        "95% intervals.",
        dpi=results.dpi,
    ) as drawing:
        draw_noise_types(drawing, types)


def drop_title(types: Columns) -> str:
    """Return in words the largest drop, or that no drop is distinguishable from 0."""
    if np.isnan(types["drop_psnr_low"]).all():
        return "PSNR on other types of noise; too few images for intervals"
    found = types["drop_psnr_low"] > 0
    if not found.any():
        return "No type of noise causes a drop that is distinguishable from 0"
    largest = int(np.argmax(np.where(found, types["drop_psnr"], -np.inf)))
    low, high = (types[f"drop_psnr_{end}"][largest] for end in ("low", "high"))
    drop = f"{types['drop_psnr'][largest]:.1f} dB{in_brackets(interval_text(low, high, '.1f'))}"
    return f"On {NOISE_LABELS[types['kind'][largest]]} noise, the PSNR drops by {drop}"


def confusion(results: Results, path: Path) -> None:
    counts = confusion_matrix(*(results.tables["images"][name] for name in ("label", "denoised_class")))
    pair, names = most_confused(counts), results.class_names(range(len(counts)))
    worst = (
        f" Most frequent error: {names[pair[0]]} classified as {names[pair[1]]} ({counts[pair]:,} images)."
        if pair
        else ""
    )
    accuracy = accuracy_of_images(results.tables["images"])
    with figure(
        path,
        height=5.0,
        title=f"{np.trace(counts) / counts.sum():.1%} of the denoised images are classified correctly",
        subtitle=f"{results.measured_on}, first noise realization, by a classifier trained on clean images only. Its "
        f"accuracy is {accuracy['clean']:.1%} on clean images and {accuracy['noisy']:.1%} on noisy images.{worst}",
        dpi=results.dpi,
    ) as drawing:
        draw_confusion(drawing, counts, names)


def accuracy_of_images(images: Columns) -> dict[str, float]:
    """Return the accuracy on clean and on noisy images of the realization that the figures show."""
    return {name: float(np.mean(images[f"{name}_class"] == images["label"])) for name in ("clean", "noisy")}


def repaired_and_flipped(results: Results, path: Path) -> None:
    groups, above = {}, {}
    predicted = {"noisy": "noisy_class", "denoised": "denoised_class", "original": "clean_class"}
    for group in ("repaired", "flipped"):
        groups[group], indices = results.example(group, min(IMAGES_PER_GROUP, results.columns))
        above[group] = {
            row: results.class_names(results.tables["images"][name][indices], width=TILE_NAME)
            for row, name in predicted.items()
        }
    repaired, flipped = results.summary["repaired"], results.summary["flipped"]
    with figure(
        path,
        height=grid_height(3, 2 * IMAGES_PER_GROUP + 1, space=0.35),
        title=f"{repaired:,} images repaired, {flipped:,} flipped",
        subtitle="Above each image: its predicted class. Repaired: classified correctly when clean and denoised, but "
        "not when noisy. Flipped: classified correctly when clean and noisy, but not when denoised. Counts: "
        f"{results.measured_on}, first noise realization.",
        dpi=results.dpi,
    ) as drawing:
        draw_groups(drawing, groups, above=above)
