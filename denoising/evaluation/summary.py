"""Summarises the scores of all images over several realizations of the noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.evaluation.scores import METRIC_SIGNS, Scores, improvement
from denoising.images import Bytes
from denoising.intervals import (
    Groups,
    Interval,
    columns,
    mean_interval,
    paired_proportion_interval,
    proportion_interval,
)
from denoising.io.tables import Columns, columns_of
from denoising.metrics import psnr_from_mse

Mask = NDArray[np.bool_]


def summarize_realizations(
    realizations: list[dict[str, Scores]], *, groups: Groups | None = None, resamples: int, seed: int
) -> dict[str, Any]:
    """Return the means over images and realizations, their intervals, and the range over realizations."""
    options: dict[str, Any] = {"resamples": resamples, "seed": seed, "groups": groups}
    noisy, denoised = (average_scores([one[name] for one in realizations]) for name in ("noisy", "denoised"))
    gain = improvement(denoised, noisy)
    psnrs = [float(np.mean(one["denoised"]["psnr"])) for one in realizations]

    def intervals_of(scores: Scores) -> dict[str, Interval]:
        """Return the interval of every mean but the accuracy, which is a proportion."""
        others = {metric: values for metric, values in scores.items() if metric != "accuracy"}
        return {metric: mean_interval(values, **options) for metric, values in others.items()}

    intervals = {name: intervals_of(of) for name, of in {"noisy": noisy, "denoised": denoised, "gain": gain}.items()}
    if "accuracy" in noisy:
        before, after = noisy["accuracy"], denoised["accuracy"]
        for name, hits in {"noisy": before, "denoised": after}.items():
            intervals[name]["accuracy"] = proportion_interval(hits, groups=groups)
        intervals["gain"]["accuracy"] = paired_proportion_interval(after, before, groups=groups)
    return {
        "noise_draws": len(realizations),
        "noisy": mean_scores(noisy),
        "denoised": mean_scores(denoised),
        "gain": {metric: float(np.mean(values)) for metric, values in gain.items()},
        "intervals": intervals,
        "range_over_noise_draws": {"denoised": {"psnr": {"min": min(psnrs), "max": max(psnrs)}}},
    }


def merge(*parts: dict[str, Any]) -> dict[str, Any]:
    """Return nested values as one dictionary, with the intervals of all parts side by side."""
    intervals = {name: of for part in parts for name, of in part.get("intervals", {}).items()}
    return {**{name: value for part in parts for name, value in part.items()}, "intervals": intervals}


def summarize_classes(
    scores: dict[str, Scores], labels: Bytes, *, groups: Groups | None = None, resamples: int, seed: int
) -> dict[str, list[float]]:
    """Return a table with a row per class: its images, their mean scores and their gain, with intervals."""
    rows = []
    for label in np.unique(labels):
        in_class = labels == label
        its_groups = None if groups is None else groups[in_class]
        options: dict[str, Any] = {"resamples": resamples, "seed": seed, "groups": its_groups}
        noisy, denoised = (
            {metric: values[in_class] for metric, values in scores[name].items()} for name in ("noisy", "denoised")
        )
        row: dict[str, Any] = {"label": int(label), "images": int(in_class.sum())}
        for metric in ("psnr", "ssim"):
            before, after = noisy[metric], denoised[metric]
            row |= {f"noisy_{metric}": before.mean()}
            row |= columns(f"denoised_{metric}", after.mean(), mean_interval(after, **options))
            gain = after - before
            row |= columns(f"gain_{metric}", gain.mean(), mean_interval(gain, **options))
        before, after = noisy["accuracy"], denoised["accuracy"]
        row |= {"noisy_accuracy": before.mean()}
        row |= columns("denoised_accuracy", after.mean(), proportion_interval(after, groups=its_groups))
        gained = paired_proportion_interval(after, before, groups=its_groups)
        row |= columns("gain_accuracy", after.mean() - before.mean(), gained)
        rows.append(row)
    return columns_of(rows)


def average_scores(realizations: list[Scores]) -> Scores:
    """Return for each image the mean over all realizations of the noise."""
    metrics = [metric for metric in realizations[0] if metric != "class"]
    return {metric: np.mean([scores[metric] for scores in realizations], axis=0) for metric in metrics}


def mean_scores(scores: Scores) -> dict[str, float]:
    """Return the mean of every metric, and the PSNR of the mean MSE, another convention than the mean PSNR."""
    means = {metric: float(np.mean(values)) for metric, values in scores.items()}
    return {**means, "psnr_of_mean_mse": float(psnr_from_mse(means["mse"]))}


def summarize_margin(methods: dict[str, list[Any]], best: str) -> dict[str, Any]:
    """Return the scores of the best filter, and the margin of the denoiser over it, from the table of methods."""
    row, metrics = methods["method"].index(best), [metric for metric in METRIC_SIGNS if metric in methods]
    return {
        "best_filter": {
            "method": best,
            "images": methods["images"][row],
            **{name: methods[name][row] for name in metrics},
        },
        "margin": {name: methods[f"margin_{name}"][row] for name in metrics},
        "intervals": {
            "margin": {name: {end: methods[f"margin_{name}_{end}"][row] for end in ("low", "high")} for name in metrics}
        },
    }


def summarize_classification(images: Columns, *, groups: Groups | None = None) -> dict[str, Any]:
    """Return the accuracy of clean images, and how many the denoiser repaired, flipped and left lost.

    `images` is the per-image table, of the prepared noise.
    """
    label = images["label"]
    correct = {name: images[f"{name}_class"] == label for name in ("clean", "noisy", "denoised")}
    clean = correct["clean"].astype(float)
    return {
        "clean": {"accuracy": float(clean.mean())},
        "intervals": {"clean": {"accuracy": proportion_interval(clean, groups=groups)}},
        **count_changes(**correct),
    }


def count_changes(clean: Mask, noisy: Mask, denoised: Mask) -> dict[str, int]:
    """Return how many images were repaired, flipped and lost, given whether each version is classified correctly, (N,).

    Counted are images that are correct when clean. Repaired: wrong when noisy, correct when denoised. Flipped: correct
    when noisy, wrong when denoised. Lost: wrong when noisy and when denoised.
    """
    return {
        "repaired": int(np.sum(clean & ~noisy & denoised)),
        "flipped": int(np.sum(clean & noisy & ~denoised)),
        "lost": int(np.sum(clean & ~noisy & ~denoised)),
    }


def key_metrics(summary: dict[str, Any], *, validation: dict[str, float]) -> dict[str, Any]:
    """Return the metrics by which experiments are compared: validation first, which chooses between them.

    Images without labels have no accuracy.
    """
    metrics = [metric for metric in ("psnr", "ssim", "mse", "accuracy") if metric in summary["denoised"]]
    clean = {"clean": {"accuracy": summary["clean"]["accuracy"]}} if "clean" in summary else {}
    return {
        "validation": {"psnr": validation["psnr"]},
        "denoised": {metric: summary["denoised"][metric] for metric in metrics},
        "gain": {metric: summary["gain"][metric] for metric in ("psnr", "ssim")},
        "margin": {"psnr": summary["margin"]["psnr"]},
        "noisy": {metric: summary["noisy"][metric] for metric in metrics},
        **clean,
    }
