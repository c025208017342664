"""Draws the figures that compare: methods, levels and kinds of noise."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stages.lib.names import KINDS, METHODS
from stages.lib.plot.style import DENOISED, FAMILIAR, FILTERS, NOISY
from stages.lib.tables import Columns


def draw_methods(drawing: Figure, methods: Columns, *, clean_recognised: float) -> None:
    """Draw PSNR in decibels and recognised share of every method, with intervals, the best on top."""
    left, right = drawing.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    order = np.argsort(methods["psnr"], kind="stable")
    names = methods["method"][order]
    colours = [{"denoiser": DENOISED, "noisy": NOISY}.get(name, FILTERS) for name in names]
    for axes, metric, factor, form in ((left, "psnr", 1, "{:.2f}"), (right, "recognised", 100, "{:.1f}%")):
        values, low, high = (factor * methods[f"{metric}{end}"][order] for end in ("", "_low", "_high"))
        axes.barh(np.arange(len(names)), values, color=colours, xerr=[values - low, high - values], capsize=3)
        for place, (value, end) in enumerate(zip(values, high, strict=True)):
            # On the bar where it is long enough, so that the line of the clean images crosses no number.
            at, shift, side, ink = (0, 6, "left", "white") if value > high.max() / 4 else (end, 4, "left", "black")
            axes.annotate(
                form.format(value), (at, place), (shift, 0), textcoords="offset points", va="center", ha=side, color=ink
            )
        axes.set_xlim(0, high.max() * 1.05)
        axes.grid(visible=False, axis="y")
    left.set_yticks(np.arange(len(names)), [METHODS[name] for name in names])
    left.set(title="PSNR in decibels")
    right.set(title="recognised")
    right.axvline(100 * clean_recognised, color="#444444", linestyle=":", linewidth=1)
    right.set_xticks([0, 50, 100], ["0", "50%", "100%"])


def draw_levels(drawing: Figure, levels: Columns, *, trained: float) -> None:
    """Draw PSNR and SSIM of the denoiser and of the best filter against the noise factor, with their intervals.

    The filter was applied to fewer images; its distance from the denoiser on these says more than its own average.
    """
    left, right = drawing.subplots(1, 2)
    factor = levels["level"]
    for axes, metric in ((left, "psnr"), (right, "ssim")):
        axes.plot(factor, levels[f"noisy_{metric}"], "o", color=NOISY, markersize=5, label="noisy, measured")
        if metric == "psnr":
            axes.plot(factor, levels["expected_noisy_psnr"], "-", color=NOISY, label="noisy, closed form")
        denoised, behind = levels[f"denoised_{metric}"], levels[f"ahead_{metric}"]
        bands = {end: levels[f"ahead_{metric}_{end}"] for end in ("low", "high")}
        for name, colour, mean, low, high in (
            ("this denoiser", DENOISED, denoised, *(levels[f"denoised_{metric}_{end}"] for end in ("low", "high"))),
            (
                "best filter at each level",
                FILTERS,
                denoised - behind,
                denoised - bands["high"],
                denoised - bands["low"],
            ),
        ):
            axes.plot(factor, mean, color=colour, label=name, marker=".", clip_on=metric == "psnr")
            axes.fill_between(factor, low, high, color=colour, alpha=0.25, linewidth=0)
        axes.axvline(trained, color="#444444", linestyle=":", linewidth=1)
        axes.set(xlabel="noise factor", xlim=(factor.min(), max(factor.max(), trained)))
    top = np.ceil(levels["denoised_psnr_high"].max() / 5) * 5 + 10
    left.set(title="PSNR in decibels", ylim=(0, top))
    right.set(title="SSIM", ylim=(min(0, levels["denoised_ssim"].min()), 1.02))
    right.annotate("trained\nhere", (trained, 0.02), (4, 0), textcoords="offset points", size=10.5, color="#444444")
    left.legend(fontsize=10)


def draw_kinds(drawing: Figure, kinds: Columns) -> None:
    """Draw the PSNR in decibels on every kind of noise: noisy, denoised, and on familiar noise as strong."""
    axes = drawing.subplots()
    places = np.arange(len(kinds["kind"]))
    bars = (("noisy_psnr", "noisy", NOISY), ("denoised_psnr", "denoised", DENOISED))
    for shift, (column, name, colour) in zip((-0.29, 0), bars, strict=True):
        label_bars(axes, places + shift, kinds[column], name=name, colour=colour)
    label_bars(axes, places + 0.29, kinds["familiar_psnr"], name="denoised, on familiar noise", colour=FAMILIAR)
    low, high = (kinds[f"denoised_psnr_{end}"] for end in ("low", "high"))
    mean = kinds["denoised_psnr"]
    axes.errorbar(places, mean, yerr=[mean - low, high - mean], fmt="none", color="black", capsize=3)
    axes.set_xticks(places, [KINDS[kind].replace(" and ", "\nand ") for kind in kinds["kind"]])
    axes.set(
        ylabel="PSNR in decibels",
        ylim=(0, min(40, max(kinds[f"{name}_psnr"].max() for name in ("noisy", "denoised", "familiar")) * 1.3)),
    )
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left", ncols=3, fontsize=10.5)


def label_bars(axes: Axes, places: np.ndarray, heights: np.ndarray, *, name: str, colour: str) -> None:
    """Draw bars with their heights written on them."""
    bars = axes.bar(places, heights, 0.27, color=colour, label=name)
    axes.bar_label(bars, [f"{height:.1f}" for height in heights], padding=5, fontsize=9)
