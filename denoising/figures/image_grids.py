"""Draws grids of images."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from denoising.figures.style import DENOISED_COLOR, WIDE, Layout
from denoising.images import Bytes
from denoising.language.texts import translated as _

GAP = 0.25  # between groups, relative to the width of an image


def grid_height(rows: int, columns: int, *, space: float = 0.2, names: float = 1.2, layout: Layout = WIDE) -> float:
    """Return the height of a figure in inches; `names` is the width left of the grid, `space` that above a row."""
    tile = min((layout.width - names) / columns, 1.4)
    return layout.heading + rows * (tile + space)


def draw_rows(drawing: Figure, rows: dict[str, Bytes], *, above: dict[str, list[str]]) -> None:
    """Draw named rows of images (N, H, W); `above` has the texts over each image of some of the rows."""
    grid = drawing.subplots(len(rows), len(next(iter(rows.values()))), squeeze=False)
    for axes_row, (name, images) in zip(grid, rows.items(), strict=True):
        for column, (axes, image) in enumerate(zip(axes_row, images, strict=True)):
            show(axes, image)
            if name in above:
                axes.set_title(above[name][column], fontsize=10.5, loc="center", pad=2)
        axes_row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6)


def draw_errors(drawing: Figure, groups: dict[str, dict[str, Bytes]], *, above: dict[str, list[str]]) -> None:
    """Draw groups of images side by side, in the rows noisy, denoised, original and absolute error per pixel."""
    names = ("noisy", "denoised", "original", "error")
    per_group = len(next(iter(above.values())))
    widths = ([1.0] * per_group + [GAP]) * len(groups)
    grid = drawing.subplots(len(names), len(widths) - 1, squeeze=False, width_ratios=widths[:-1])
    errors = {group: error_of(rows) for group, rows in groups.items()}
    largest = 255 if max(of.max() for of in errors.values()) > 100 else 100  # of photographs most are small
    for number, (group, rows) in enumerate(groups.items()):
        columns = grid[:, number * (per_group + 1) :].T
        error = errors[group]
        for axes, noisy, denoised, clean, wrong, text in zip(
            columns, rows["noisy"], rows["denoised"], rows["clean"], error, above[group], strict=False
        ):
            for place, image in zip(axes, (noisy, denoised, clean), strict=False):
                show(place, image)
            drawn = show(axes[3], wrong, colours="magma", white=largest)
            axes[1].set_title(text, fontsize=10.5, loc="center", pad=2)
        columns[per_group // 2][0].set_title(group, fontsize=13, loc="center")
        for empty in columns[per_group] if number < len(groups) - 1 else ():
            empty.set_axis_off()
    for axes, name in zip(grid[:, 0], names, strict=True):
        axes.set_ylabel(_(name), rotation=0, ha="right", va="center", labelpad=6)
    bar = drawing.colorbar(drawn, ax=grid, location="right", aspect=40, pad=0.02)
    bar.set_ticks([0, largest / 2, largest], labels=[f"{of * largest / 255:.2g}" for of in (0, 0.5, 1)])
    bar.set_label(_("error of a pixel"), fontsize=11)


def error_of(rows: dict[str, Bytes]) -> NDArray[np.int16]:
    """Return the absolute error of each pixel (N, H, W), of colours the largest."""
    error = np.abs(rows["denoised"].astype(np.int16) - rows["clean"])
    return error.max(axis=-1) if error.ndim == 4 else error


def draw_groups(
    drawing: Figure, groups: dict[str, dict[str, Bytes]], *, above: dict[str, dict[str, list[str]]]
) -> None:
    """Draw groups of images side by side, in the rows noisy, denoised and original, each image under its text."""
    names = {"noisy": "noisy", "denoised": "denoised", "original": "clean"}
    per_group = max(1, *(len(rows["clean"]) for rows in groups.values()))
    widths = ([1.0] * per_group + [GAP]) * len(groups)
    grid = drawing.subplots(len(names), len(widths) - 1, squeeze=False, width_ratios=widths[:-1])
    for axes in grid.flat:
        axes.set_axis_off()
    for number, (group, rows) in enumerate(groups.items()):
        columns = grid[:, number * (per_group + 1) :].T
        title = group if len(rows["clean"]) else _("{group}: none").format(group=group)
        columns[per_group // 2][0].annotate(
            title,
            (0.5 if per_group % 2 else 0, 1),
            (0, 20),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            fontsize=13,
        ).set_in_layout(False)  # wider than its column
        for axes, name in zip(grid[:, number * (per_group + 1)], names, strict=True):
            axes.text(-0.1, 0.5, _(name) if not number else "", transform=axes.transAxes, ha="right", va="center")
        for position, column in enumerate(columns[: len(rows["clean"])]):
            for axes, (name, kind) in zip(column, names.items(), strict=True):
                axes.set_axis_on()
                show(axes, rows[kind][position])
                over = "\n\n" if name == "noisy" else ""  # the name of the group
                axes.set_title(over + above[group][name][position], fontsize=10.5, loc="center", pad=2)


def draw_whole(drawing: Figure, images: dict[str, tuple[Bytes, Bytes]], window: dict[str, int]) -> None:
    """Draw named images whole, and under each the part of it that is in the window."""
    height, width = next(iter(images.values()))[0].shape[:2]
    grid = drawing.subplots(2, len(images), squeeze=False, height_ratios=(height / width, 1))
    for (above, below), (name, (image, part)) in zip(grid.T, images.items(), strict=True):
        show(above, image)
        above.set_title(name, fontsize=12, loc="center", pad=2)
        corner = (window["left"] - 0.5, window["top"] - 0.5)
        sides = (window["right"] - window["left"], window["bottom"] - window["top"])
        above.add_patch(Rectangle(corner, *sides, fill=False, edgecolor=DENOISED_COLOR, linewidth=1.5))
        show(below, part)


def show(axes: Axes, image: NDArray[np.generic], *, colours: str = "gray", white: float = 255) -> AxesImage:
    """Draw one image with values from 0 to 255, without ticks or frame."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes.imshow(image, cmap=colours, vmin=0, vmax=white, interpolation="nearest")
