"""The figures of comparisons: other methods, other noise factors and types, and classes before and after.

Each is a function of the results and the path to write to.
"""

from pathlib import Path

import numpy as np

from denoising.figures.comparisons import draw_methods, draw_noise_sweep, draw_noise_types
from denoising.figures.confusion import confusion_matrix, draw_confusion, most_confused
from denoising.figures.image_grids import draw_groups, draw_rows, grid_height
from denoising.figures.labels import (
    contains_zero,
    factor_text,
    interval_text,
    is_missing,
    method_label,
    noise_label,
)
from denoising.figures.results import Results
from denoising.figures.style import figure
from denoising.io.tables import Columns
from denoising.language.texts import sentences
from denoising.language.texts import translated as _

IMAGES_PER_GROUP = 6  # repaired and flipped
TILE_NAME = 8  # characters of the name of a class above an image


def methods_side_by_side(results: Results, path: Path) -> None:
    rows = results.methods_side_by_side(results.side_by_side)
    tuned = _("Each filter is tuned on validation images.")
    debiased = _(
        "Each filter is tuned on validation images; the bias of clipped noise is removed where this increases its PSNR."
    )
    with figure(
        path,
        height=grid_height(len(rows), results.side_by_side, space=0.04, names=2.1, layout=results.layout),
        title=_("The same noisy images, filtered and denoised"),
        subtitle=sentences(
            _("Sorted by PSNR, the lowest first."),
            debiased if results.summary["noise"].get("clip") else tuned,
            results.crop_note,
        ),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_rows(drawing, rows, above={})


def methods(results: Results, path: Path) -> None:
    best, margin = method_label(results.summary["best_filter"]["method"]), results.summary["margin"]["psnr"]
    interval = results.summary["intervals"]["margin"]["psnr"]
    table = results.tables["methods"]
    text = interval_text(**interval)
    measured = _("{count:,.0f} of the {images}, the same noise for all methods.").format(
        count=table["images"][0], images=results.measured_on
    )
    bars = _("Error bars: 95% confidence intervals. Margin of the denoiser, paired: {interval} dB.").format(
        interval=text
    )
    classifier = _(
        "Accuracy: of a classifier trained on clean images only; the dotted line is its accuracy on clean images."
    )
    with figure(
        path,
        height=results.layout.height(4.6, panels=2),
        title=comparison_title(best, margin, **interval),
        subtitle=sentences(measured, bars if text else "", classifier if results.has_classes else ""),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        accuracy = results.summary.get("clean", {}).get("accuracy")
        draw_methods(drawing, table, clean_accuracy=accuracy, layout=results.layout)


def comparison_title(best: str, margin: float, *, low: float | None, high: float | None) -> str:
    """Return in words how the denoiser compares with the best filter."""
    higher = _("PSNR {margin:.1f} dB higher than that of the best filter, {best}")
    lower = _("PSNR {margin:.1f} dB lower than that of the best filter, {best}")
    difference = (higher if margin > 0 else lower).format(margin=abs(margin), best=best)
    if is_missing(low, high):
        return _("{change}; too few images for an interval").format(change=difference)
    same = _("The denoiser and the best filter, {best}, are not distinguishable").format(best=best)
    return same if contains_zero(low, high) else difference


def noise_sweep(results: Results, path: Path) -> None:
    sweep = results.tables["noise_sweep"]
    filters = _(", ").join(method_label(method) for method in dict.fromkeys(sweep["filter"][sweep["factor"] > 0]))
    with figure(
        path,
        height=results.layout.height(4.6, panels=2),
        title=_("Trained at {factors}, the denoiser {result}").format(
            factors=results.trained_factors, result=helpful_factors(sweep)
        ),
        subtitle=_(
            "{kind} noise, {images} per factor. The best filter at each factor ({filters}) is tuned for that factor; "
            "it is drawn at its paired difference from the denoiser on {count:,.0f} of the images. Shaded: 95% "
            "confidence intervals."
        ).format(
            kind=results.noise_name,
            images=results.renoised(sweep["images"][0]),
            filters=filters,
            count=sweep["filter_images"][0],
        ),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_noise_sweep(drawing, sweep, trained=results.trained_range, layout=results.layout)


def helpful_factors(sweep: Columns) -> str:
    """Return in words at which noise factors the PSNR increases, by the paired intervals of the gain."""
    if np.isnan(sweep["gain_psnr_low"]).all():
        return _("is measured on too few images for intervals")
    helps = sweep["gain_psnr_low"] > 0
    factors = sweep["factor"][helps]
    if not len(factors):
        return _("increases the PSNR at no noise factor")
    low, high = factor_text(factors.min()), factor_text(factors.max())
    if helps[np.argmax(helps) :].all():
        return _("increases the PSNR at factors of {low} and above").format(low=low)
    return _("increases the PSNR at some factors from {low} to {high}").format(low=low, high=high)


def noise_types(results: Results, path: Path) -> None:
    types = results.tables["noise_types"]
    with figure(
        path,
        height=results.layout.height(4.6),
        title=drop_title(types),
        subtitle=_(
            "Measured on {images}. The factor of each type of noise is chosen so that the noisy images have the PSNR "
            "of those with the prepared noise, or is 1 where that is not possible. In distribution: {kind} noise for "
            "which the noisy images have the same PSNR. Error bars: 95% confidence intervals."
        ).format(images=results.renoised(types["images"][0]), kind=results.noise_name),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_noise_types(drawing, types, layout=results.layout)


def drop_title(types: Columns) -> str:
    """Return in words the largest drop, or that no drop is distinguishable from 0."""
    if np.isnan(types["drop_psnr_low"]).all():
        return _("PSNR on other types of noise; too few images for intervals")
    found = types["drop_psnr_low"] > 0
    if not found.any():
        return _("No type of noise causes a drop that is distinguishable from 0")
    largest = int(np.argmax(np.where(found, types["drop_psnr"], -np.inf)))
    return _("On {kind} noise, the denoised PSNR is {drop:.1f} dB lower than in distribution").format(
        kind=noise_label(types["kind"][largest]), drop=types["drop_psnr"][largest]
    )


def confusion(results: Results, path: Path) -> None:
    counts = confusion_matrix(*(results.tables["images"][name] for name in ("label", "denoised_class")))
    pair, names = most_confused(counts), results.class_names(range(len(counts)))
    worst = (
        _("Most frequent error: {name} classified as {predicted} ({count:,} images).").format(
            name=names[pair[0]], predicted=names[pair[1]], count=counts[pair]
        )
        if pair
        else ""
    )
    accuracy = accuracy_of_images(results.tables["images"])
    measured = _(
        "{images}, first noise realization, by a classifier trained on clean images only. Its accuracy is {clean:.1%} "
        "on clean images and {noisy:.1%} on noisy images."
    ).format(images=results.measured_on, **accuracy)
    with figure(
        path,
        height=results.layout.height(5.0),
        title=_("{correct:.1%} of the denoised images are classified correctly").format(
            correct=np.trace(counts) / counts.sum()
        ),
        subtitle=sentences(measured, worst),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_confusion(drawing, counts, names, layout=results.layout)


def accuracy_of_images(images: Columns) -> dict[str, float]:
    """Return the accuracy on clean and on noisy images of the realization that the figures show."""
    return {name: float(np.mean(images[f"{name}_class"] == images["label"])) for name in ("clean", "noisy")}


def repaired_and_flipped(results: Results, path: Path) -> None:
    groups, above = {}, {}
    predicted = {"noisy": "noisy_class", "denoised": "denoised_class", "original": "clean_class"}
    per_group = 2 if results.layout.narrow else min(IMAGES_PER_GROUP, results.columns)
    for group in ("repaired", "flipped"):
        groups[_(group)], indices = results.example(group, per_group)
        above[_(group)] = {
            row: results.class_names(results.tables["images"][name][indices], width=TILE_NAME)
            for row, name in predicted.items()
        }
    repaired, flipped = results.summary["repaired"], results.summary["flipped"]
    with figure(
        path,
        height=grid_height(3, 2 * per_group + 1, space=0.35, layout=results.layout),
        title=_("{repaired:,} images repaired, {flipped:,} flipped").format(repaired=repaired, flipped=flipped),
        subtitle=_(
            "Above each image: its predicted class. Repaired: classified correctly when clean and denoised, but not "
            "when noisy. Flipped: classified correctly when clean and noisy, but not when denoised. Counts: {images}, "
            "first noise realization."
        ).format(images=results.measured_on),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_groups(drawing, groups, above=above)
