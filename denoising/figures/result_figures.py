"""The figures of the result: the noise, the denoised images, the training, and the distribution of the PSNR.

Each is a function of the results and the path to write to.
"""

from pathlib import Path

import numpy as np

from denoising.figures.curves import draw_classes, draw_distribution, draw_training
from denoising.figures.image_grids import draw_errors, draw_rows, draw_whole, grid_height
from denoising.figures.labels import contains_zero, is_missing
from denoising.figures.results import Results
from denoising.figures.style import figure
from denoising.io.tables import Columns
from denoising.language.texts import sentences
from denoising.language.texts import translated as _

IMAGES_PER_GROUP = 3  # best, median and worst


def original_and_noisy(results: Results, path: Path) -> None:
    rows, indices = results.example("first", results.side_by_side)
    mean = _("Mean over {images} and {realizations}: {psnr:.2f} dB.").format(
        images=results.measured_on, realizations=results.realizations, psnr=results.summary["noisy"]["psnr"]
    )
    kind = _("{noise}.").format(noise=f"{results.noise[0].upper()}{results.noise[1:]}")
    with figure(
        path,
        height=grid_height(2, results.side_by_side, layout=results.layout),
        title=_("Original and noisy images"),
        subtitle=sentences(kind, _("Above each image: its PSNR."), mean, results.crop_note),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_rows(
            drawing,
            {_("original"): rows["clean"], _("noisy"): rows["noisy"]},
            above={_("noisy"): results.decibels("noisy", indices)},
        )


def noisy_denoised_original(results: Results, path: Path) -> None:
    rows, indices = results.example("first", results.side_by_side)
    mean = _("The mean is over {images} and {realizations}.").format(
        images=results.measured_on, realizations=results.realizations
    )
    with figure(
        path,
        height=grid_height(3, results.side_by_side, layout=results.layout),
        title=gain_title(results.summary["gain"]["psnr"], **results.summary["intervals"]["gain"]["psnr"]),
        subtitle=sentences(_("Above each image: its PSNR."), mean, results.crop_note),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_rows(
            drawing,
            {_("noisy"): rows["noisy"], _("denoised"): rows["denoised"], _("original"): rows["clean"]},
            above={_(kind): results.decibels(kind, indices) for kind in ("noisy", "denoised")},
        )


def gain_title(gain: float, *, low: float | None, high: float | None) -> str:
    """Return in words how denoising changes the mean PSNR."""
    better = _("Denoising increases the PSNR by {gain:.1f} dB on average")
    worse = _("Denoising decreases the PSNR by {gain:.1f} dB on average")
    change = (better if gain > 0 else worse).format(gain=abs(gain))
    if is_missing(low, high):
        return _("{change}; too few images for an interval").format(change=change)
    return _("Denoising does not change the mean PSNR distinguishably") if contains_zero(low, high) else change


def training_curves(results: Results, path: Path) -> None:
    curves, training = results.curves, results.training
    settings = training["parameters"]
    with figure(
        path,
        height=results.layout.height(4.2, panels=3),
        title=_("Highest validation PSNR: {psnr:.2f} dB, in epoch {epoch}").format(
            psnr=training["validation"]["psnr"], epoch=training["epoch"]
        ),
        subtitle=_(
            "{architecture}, loss: {loss}. The weights of this epoch are saved. The training loss is a mean over the "
            "epoch; the validation values are measured at its end."
        ).format(architecture=settings["architecture"], loss=settings["loss"].replace("_", " ")),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_training(
            drawing,
            epochs=curves["train_loss"]["step"],
            losses={"train": curves["train_loss"]["loss"], "validation": curves["validation_loss"]["loss"]},
            psnr=curves["validation_psnr"]["psnr"],
            ssim=curves["validation_ssim"]["ssim"],
            saved=training["epoch"],
            layout=results.layout,
        )


def psnr_distribution(results: Results, path: Path) -> None:
    noisy, denoised = (results.tables["images"][f"{kind}_psnr"] for kind in ("noisy", "denoised"))
    with figure(
        path,
        height=results.layout.height(4.2),
        title=_("The PSNR increases for {better:,} of {images:,} images").format(
            better=np.sum(denoised > noisy), images=len(noisy)
        ),
        subtitle=_("{images}, first noise realization.").format(images=results.measured_on),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_distribution(drawing, noisy=noisy, denoised=denoised)


def by_class(results: Results, path: Path) -> None:
    classes = results.tables["classes"]
    names = results.class_names(classes["label"])
    means = _("Means over {images}, first noise realization. Error bars: 95% confidence intervals.").format(
        images=results.measured_on
    )
    with figure(
        path,
        height=results.layout.height(4.2, panels=2),
        title=_("PSNR after denoising, by class: {low:.1f} to {high:.1f} dB").format(
            low=classes["denoised_psnr"].min(), high=classes["denoised_psnr"].max()
        ),
        subtitle=sentences(means, accuracy_gain(classes, names)),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        draw_classes(drawing, classes, names, layout=results.layout)


def accuracy_gain(classes: Columns, names: list[str]) -> str:
    """Return in words for which classes the paired interval of the gain in accuracy is above zero."""
    doubtful = [name for name, low in zip(names, classes["gain_accuracy_low"], strict=True) if not low > 0]
    if len(doubtful) == len(names):
        return _("The accuracy does not increase distinguishably for any class.")
    if not doubtful:
        return _("The accuracy increases for every class.")
    *others, last = doubtful
    if not others:
        return _("The accuracy does not increase distinguishably for class {name}.").format(name=last)
    return _("The accuracy does not increase distinguishably for classes {names} and {last}.").format(
        names=_(", ").join(others), last=last
    )


def best_median_worst(results: Results, path: Path) -> None:
    groups, above = {}, {}
    one = results.has_crops or results.layout.narrow
    count = 1 if one else min(IMAGES_PER_GROUP, results.columns)
    for group in ("best", "median", "worst"):
        groups[_(group)], indices = results.example(group, count)
        above[_(group)] = results.decibels("denoised", indices)
    chosen = _("Above each denoised image: its PSNR. Chosen from {images}.").format(images=results.measured_on)
    error = _("Error: the absolute difference from the original; black is 0, white is 1.")
    with figure(
        path,
        height=grid_height(4, 3 * count + 1, layout=results.layout),
        title=_("The best, median and worst images by PSNR"),
        subtitle=f"{chosen}\n{sentences(error, results.crop_note)}",
        dpi=results.dpi,
        layout=results.layout,
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
        height=results.layout.heading + 0.35 + (results.layout.width / 3) * (height / width + 1),
        title=_("One image, whole and in detail"),
        subtitle=_(
            "{file}, the image with the median PSNR: {noisy} noisy, {denoised} denoised. Below: the part in the frame, "
            "where the error is largest."
        ).format(
            file=results.file(index[0]),
            noisy=results.decibels("noisy", index)[0],
            denoised=results.decibels("denoised", index)[0],
        ),
        dpi=results.dpi,
        layout=results.layout,
    ) as drawing:
        names = {"noisy": "noisy", "denoised": "denoised", "original": "clean"}
        pairs = {_(title): (rows[name], crop[name]) for title, name in names.items()}
        draw_whole(drawing, pairs, window)
