"""Draws curves, histograms and bars."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from denoising.figures.style import DENOISED_COLOR, NOISY_COLOR, Layout, slanted
from denoising.io.tables import Columns
from denoising.language.texts import translated as _

Values = NDArray[np.float64]
MAX_MARKERS = 30  # more would hide the line


def draw_training(
    drawing: Figure,
    *,
    epochs: Values,
    losses: dict[str, Values],
    psnr: Values,
    ssim: Values,
    saved: int,
    layout: Layout,
) -> None:
    """Draw the loss of each split, and validation PSNR (decibels) and SSIM, over the epochs, each in a panel.

    The epoch whose weights were saved is marked.
    """
    line = {"marker": "o" if len(epochs) <= MAX_MARKERS else "", "markersize": 4}
    left, middle, right = layout.panels(drawing, 3)
    for (name, values), colour, style in zip(losses.items(), (NOISY_COLOR, DENOISED_COLOR), ("--", "-"), strict=True):
        left.plot(epochs, values, label=_(name), color=colour, linestyle=style, **line)
    left.legend()
    for axes, values in ((middle, psnr), (right, ssim)):
        axes.plot(epochs, values, color=DENOISED_COLOR, **line)
        axes.plot(
            saved,
            values[epochs == saved],
            "o",
            color=DENOISED_COLOR,
            markersize=9,
            markerfacecolor="none",
            label=_("saved"),
        )
        axes.legend(loc="lower right")
    left.set(title=_("loss (lower is better)"))
    middle.set(title=_("validation PSNR (dB)"))
    right.set(title=_("validation SSIM"))
    for axes in (left, middle, right):
        axes.set(xlabel=_("epoch"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def draw_distribution(drawing: Figure, *, noisy: Values, denoised: Values) -> None:
    """Draw histograms of the per-image PSNR in decibels, with their means."""
    axes = drawing.subplots()
    low, high = np.floor(min(noisy.min(), denoised.min())), np.ceil(max(noisy.max(), denoised.max()))
    edges = np.arange(low, high + 0.25, 0.25).tolist()
    for name, values, colour in (("noisy", noisy, NOISY_COLOR), ("denoised", denoised, DENOISED_COLOR)):
        axes.hist(
            values,
            edges,
            color=colour,
            alpha=0.85,
            label=_("{name}: mean {mean:.2f} dB").format(name=_(name), mean=values.mean()),
        )
        axes.axvline(values.mean(), ymax=0.78, color=colour, linestyle=":", linewidth=1.5)
    axes.set(xlabel=_("PSNR of an image (dB, higher is better)"), ylabel=_("images per 0.25 dB"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.legend()


def draw_classes(drawing: Figure, classes: Columns, names: list[str], *, layout: Layout) -> None:
    """Draw for each class the mean PSNR in decibels and the accuracy, noisy and denoised."""
    places = np.arange(len(classes["label"]))
    titles = {"psnr": (_("PSNR (dB)"), 1, 1.3), "accuracy": (_("accuracy (%)"), 100, 1.05)}
    for axes, (metric, (title, factor, room)) in zip(layout.panels(drawing, 2), titles.items(), strict=True):
        mean, low, high = (factor * classes[f"denoised_{metric}{end}"] for end in ("", "_low", "_high"))
        axes.bar(places - 0.2, factor * classes[f"noisy_{metric}"], 0.4, color=NOISY_COLOR, label=_("noisy"))
        error = [mean - low, high - mean]
        axes.bar(places + 0.2, mean, 0.4, color=DENOISED_COLOR, yerr=error, capsize=3, label=_("denoised"))
        axes.set_xticks(places, names, **slanted(names, layout))
        axes.set(title=title, xlabel=_("class"), ylim=(0, max(np.nanmax(high, initial=0), mean.max()) * room))
        axes.grid(visible=False, axis="x")
        if metric == "psnr":
            axes.legend(loc="upper right", ncols=2)
