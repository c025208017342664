"""Draws comparisons of methods, of noise factors and of types of noise."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from denoising.figures.labels import METHOD_LABELS, NOISE_LABELS
from denoising.figures.style import BASELINE_COLOR, DENOISED_COLOR, IN_DISTRIBUTION_COLOR, NOISY_COLOR
from denoising.io.tables import Columns


def draw_methods(drawing: Figure, methods: Columns, *, clean_accuracy: float | None) -> None:
    """Draw the PSNR in decibels and the accuracy or, without classes, the SSIM of every method, the best on top."""
    left, right = drawing.subplots(1, 2, sharey=True, width_ratios=(3, 2))
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
    left.set_yticks(np.arange(len(names)), [METHOD_LABELS[name] for name in names])
    left.set(title="PSNR (dB)")
    if clean_accuracy is None:
        right.set(title="SSIM")
        return
    right.set(title="accuracy")
    right.axvline(100 * clean_accuracy, color="#444444", linestyle=":", linewidth=1)
    right.set_xticks([0, 50, 100], ["0", "50%", "100%"])


def draw_noise_sweep(drawing: Figure, sweep: Columns, *, trained: tuple[float, float]) -> None:
    """Draw PSNR and SSIM of the denoiser and of the best filter over the noise factor, with their intervals.

    `trained` is the lowest and the highest factor of the training. The filter was applied to fewer images, so it is
    drawn at its paired distance from the denoiser on these.
    """
    left, right = drawing.subplots(1, 2)
    factor = sweep["factor"]
    for axes, metric in ((left, "psnr"), (right, "ssim")):
        axes.plot(factor, sweep[f"noisy_{metric}"], "o", color=NOISY_COLOR, markersize=5, label="noisy, measured")
        if metric == "psnr":
            axes.plot(factor, sweep["expected_noisy_psnr"], "-", color=NOISY_COLOR, label="noisy, closed form")
        denoised, margin = sweep[f"denoised_{metric}"], sweep[f"margin_{metric}"]
        bands = {end: sweep[f"margin_{metric}_{end}"] for end in ("low", "high")}
        for name, colour, mean, low, high in (
            (
                "this denoiser",
                DENOISED_COLOR,
                denoised,
                *(sweep[f"denoised_{metric}_{end}"] for end in ("low", "high")),
            ),
            (
                "best filter at each factor",
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
        axes.set(xlabel="noise factor", xlim=widened(factor.min(), max(factor.max(), trained[1])))
    top = np.ceil(sweep["denoised_psnr"].max() / 5) * 5 + 10
    left.set(title="PSNR (dB)", ylim=(0, top))
    right.set(title="SSIM", ylim=(min(0, sweep["denoised_ssim"].min()), 1.02))
    right.annotate("trained\nhere", (trained[0], 0.02), (4, 0), textcoords="offset points", size=10.5, color="#444444")
    left.legend(fontsize=10)


def widened(low: float, high: float) -> tuple[float, float]:
    """Return the limits of an axis that cuts no marker at its ends."""
    return low - 0.02 * (high - low), high + 0.02 * (high - low)


def draw_noise_types(drawing: Figure, types: Columns) -> None:
    """Draw the PSNR in decibels for every type of noise: noisy, denoised, and in distribution at the same strength."""
    axes = drawing.subplots()
    places = np.arange(len(types["kind"]))
    bars = (("noisy_psnr", "noisy", NOISY_COLOR), ("denoised_psnr", "denoised", DENOISED_COLOR))
    for shift, (column, name, colour) in zip((-0.29, 0), bars, strict=True):
        label_bars(axes, places + shift, types[column], name=name, colour=colour)
    label_bars(
        axes,
        places + 0.29,
        types["in_distribution_psnr"],
        name="denoised, in distribution",
        colour=IN_DISTRIBUTION_COLOR,
    )
    low, high = (types[f"denoised_psnr_{end}"] for end in ("low", "high"))
    mean = types["denoised_psnr"]
    axes.errorbar(places, mean, yerr=[mean - low, high - mean], fmt="none", color="black", capsize=3)
    axes.set_xticks(places, [NOISE_LABELS[kind].replace(" and ", "\nand ") for kind in types["kind"]])
    axes.set(
        ylabel="PSNR (dB)",
        ylim=(0, max(types[f"{name}_psnr"].max() for name in ("noisy", "denoised", "in_distribution")) * 1.3),
    )
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left", ncols=3, fontsize=10.5)


def label_bars(axes: Axes, places: np.ndarray, heights: np.ndarray, *, name: str, colour: str) -> None:
    """Draw bars labelled with their heights."""
    bars = axes.bar(places, heights, 0.27, color=colour, label=name)
    axes.bar_label(bars, [f"{height:.1f}" for height in heights], padding=5, fontsize=9)
