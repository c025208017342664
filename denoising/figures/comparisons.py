"""Draws comparisons of methods, of noise factors and of types of noise."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from denoising.figures.labels import method_label, noise_label
from denoising.figures.style import (
    BASELINE_COLOR,
    DENOISED_COLOR,
    IN_DISTRIBUTION_COLOR,
    NOISY_COLOR,
    Layout,
    slanted,
)
from denoising.io.tables import Columns
from denoising.language.texts import translated as _


def draw_methods(drawing: Figure, methods: Columns, *, clean_accuracy: float | None, layout: Layout) -> None:
    """Draw the PSNR in decibels and the accuracy or, without classes, the SSIM of every method, the best on top."""
    left, right = layout.panels(drawing, 2, sharey=True, width_ratios=(3, 2))
    second = ("ssim", 1, "{:.3f}") if clean_accuracy is None else ("accuracy", 100, "{:.1f}%")
    order = np.argsort(methods["psnr"], kind="stable")
    names = methods["method"][order]
    colours = [{"denoiser": DENOISED_COLOR, "noisy": NOISY_COLOR}.get(name, BASELINE_COLOR) for name in names]
    for axes, metric, factor, form in ((left, "psnr", 1, "{:.2f}"), (right, *second)):
        values, low, high = (factor * methods[f"{metric}{end}"][order] for end in ("", "_low", "_high"))
        ends = np.where(np.isnan(high), values, high)
        axes.barh(np.arange(len(names)), values, color=colours, xerr=[values - low, high - values], capsize=3)
        for place, (value, end) in enumerate(zip(values, ends, strict=True)):
            # On the bar where it is long enough, so that the line for the clean images crosses no number.
            at, shift, side, ink = (0, 6, "left", "white") if value > ends.max() / 4 else (end, 4, "left", "black")
            axes.annotate(
                form.format(value), (at, place), (shift, 0), textcoords="offset points", va="center", ha=side, color=ink
            )
        axes.set_xlim(0, ends.max() * 1.05)
        axes.grid(visible=False, axis="y")
        if axes is left or layout.narrow:
            axes.set_yticks(np.arange(len(names)), [method_label(name) for name in names])
    left.set(title=_("PSNR (dB)"))
    if clean_accuracy is None:
        right.set(title="SSIM")
        return
    right.set(title=_("accuracy"))
    right.axvline(100 * clean_accuracy, color="#444444", linestyle=":", linewidth=1)
    right.set_xticks([0, 50, 100], ["0", "50%", "100%"])


def draw_noise_sweep(drawing: Figure, sweep: Columns, *, trained: tuple[float, float], layout: Layout) -> None:
    """Draw PSNR and SSIM of the denoiser and of the best filter over the noise factor, each in a panel, with intervals.

    `trained` is the lowest and the highest factor of the training. The filter was applied to fewer images, so it is
    drawn at its paired distance from the denoiser on these.
    """
    left, right = layout.panels(drawing, 2)
    factor = sweep["factor"]
    for axes, metric in ((left, "psnr"), (right, "ssim")):
        axes.plot(factor, sweep[f"noisy_{metric}"], "o", color=NOISY_COLOR, markersize=5, label=_("noisy, measured"))
        if metric == "psnr":
            axes.plot(factor, sweep["expected_noisy_psnr"], "-", color=NOISY_COLOR, label=_("noisy, calculated"))
        denoised, margin = sweep[f"denoised_{metric}"], sweep[f"margin_{metric}"]
        bands = {end: sweep[f"margin_{metric}_{end}"] for end in ("low", "high")}
        for name, colour, mean, low, high in (
            (
                method_label("denoiser"),
                DENOISED_COLOR,
                denoised,
                *(sweep[f"denoised_{metric}_{end}"] for end in ("low", "high")),
            ),
            (
                _("best filter at each factor"),
                BASELINE_COLOR,
                denoised - margin,
                denoised - bands["high"],
                denoised - bands["low"],
            ),
        ):
            axes.plot(factor, mean, color=colour, label=name, marker=".")
            axes.fill_between(factor, low, high, color=colour, alpha=0.25, linewidth=0)
        for end in set(trained):
            axes.axvline(end, color="#444444", linestyle=":", linewidth=1)
        axes.axvspan(*trained, color="#444444", alpha=0.06, linewidth=0)
        axes.set(xlabel=_("noise factor"), xlim=widened(factor.min(), max(factor.max(), trained[1])))
    top = np.ceil(sweep["denoised_psnr"].max() / 5) * 5 + (25 if layout.narrow else 10)  # room for the legend
    left.set(title=_("PSNR (dB)"), ylim=(0, top))
    right.set(title="SSIM", ylim=(min(0, sweep["denoised_ssim"].min()), 1.02))
    right.annotate(
        _("trained\nhere"), (trained[0], 0.02), (4, 0), textcoords="offset points", size=10.5, color="#444444"
    )
    left.legend(fontsize=10, loc="upper right" if layout.narrow else "best")


def widened(low: float, high: float) -> tuple[float, float]:
    """Return the limits of an axis that cuts no marker at its ends."""
    return low - 0.02 * (high - low), high + 0.02 * (high - low)


def draw_noise_types(drawing: Figure, types: Columns, *, layout: Layout) -> None:
    """Draw the PSNR in decibels for every type of noise: noisy, denoised, and in distribution at the same strength."""
    axes = drawing.subplots()
    places = np.arange(len(types["kind"]))
    bars = (("noisy_psnr", _("noisy"), NOISY_COLOR), ("denoised_psnr", _("denoised"), DENOISED_COLOR))
    for shift, (column, name, colour) in zip((-0.29, 0), bars, strict=True):
        label_bars(axes, places + shift, types[column], name=name, colour=colour, layout=layout)
    label_bars(
        axes,
        places + 0.29,
        types["in_distribution_psnr"],
        name=_("denoised, in distribution"),
        colour=IN_DISTRIBUTION_COLOR,
        layout=layout,
    )
    low, high = (types[f"denoised_psnr_{end}"] for end in ("low", "high"))
    mean = types["denoised_psnr"]
    axes.errorbar(places, mean, yerr=[mean - low, high - mean], fmt="none", color="black", capsize=3)
    names = [noise_label(kind).replace(" and ", "\nand ") for kind in types["kind"]]
    axes.set_xticks(places, names, **(slanted(names, layout) if layout.narrow else {}))
    top = max(types[f"{name}_psnr"].max() for name in ("noisy", "denoised", "in_distribution"))
    axes.set(ylabel=_("PSNR (dB)"), ylim=(0, top * (2 if layout.narrow else 1.3)))  # room for the legend
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left", ncols=1 if layout.narrow else 3, fontsize=9 if layout.narrow else 10.5)


def label_bars(axes: Axes, places: np.ndarray, heights: np.ndarray, *, name: str, colour: str, layout: Layout) -> None:
    """Draw bars labelled with their heights."""
    bars = axes.bar(places, heights, 0.27, color=colour, label=name)
    axes.bar_label(
        bars, [f"{height:.1f}" for height in heights], padding=5, fontsize=9, rotation=90 if layout.narrow else 0
    )
