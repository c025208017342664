"""Draws the confusion matrix of the denoised images."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from denoising.figures.style import WIDE, Layout, slanted
from denoising.language.texts import translated as _

Counts = NDArray[np.int64]


def confusion_matrix(labels: NDArray[np.float64], predicted: NDArray[np.float64]) -> Counts:
    """Return how often an image of class i (row) is classified as class j (column)."""
    classes = int(max(labels.max(), predicted.max())) + 1
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels.astype(int), predicted.astype(int)), 1)
    return counts


def most_confused(counts: Counts) -> tuple[int, int] | None:
    """Return the most frequent confusion as (class, predicted class), or None where there is none."""
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return None
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return int(row), int(column)


def draw_confusion(drawing: Figure, counts: Counts, names: list[str], *, layout: Layout = WIDE) -> None:
    """Draw the counts; the colour of an error is its fraction of the row."""
    axes = drawing.subplots()
    classes = np.arange(len(counts))
    fraction = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    wrong = np.where(np.eye(len(counts), dtype=bool), np.nan, 100 * fraction)
    most = max(1.0, float(np.nanmax(wrong)))
    size = 6.5 if layout.narrow else 10.5
    drawn = axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=most, aspect="auto")
    for row in classes:
        for column in classes:
            if counts[row, column]:
                ink = "white" if wrong[row, column] > 0.6 * most else "black"
                weight = "bold" if row == column else "normal"
                place = float(column), float(row)
                text = f"{counts[row, column]:,}"
                axes.text(*place, text, ha="center", va="center", fontsize=size, fontweight=weight, color=ink)
    axes.set_xticks(classes, names, **slanted(names, layout))
    axes.set_yticks(classes, names)
    axes.set(xlabel=_("predicted class"), ylabel=_("class"))
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    bar = drawing.colorbar(drawn, ax=axes, location="right", aspect=40, pad=0.02)
    bar.set_label(_("errors, percent of the row"), fontsize=11)
