"""Summarises the scores of all images over several realizations of the noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.evaluation.scores import METRIC_SIGNS, Scores, improvement
from denoising.images import Bytes
from denoising.intervals import confidence_interval, mean_with_ci
from denoising.io.tables import Columns, columns_of
from denoising.metrics import psnr_from_mse

Mask = NDArray[np.bool_]


def summarise_realizations(realizations: list[dict[str, Scores]], *, resamples: int, seed: int) -> dict[str, Any]:
    """Return the means over images and realizations, their intervals, and the range over realizations."""
    scores = {name: average_scores([one[name] for one in realizations]) for name in realizations[0]}
    scores["gain"] = improvement(scores["denoised"], scores["noisy"])
    means = [float(np.mean(one["denoised"]["psnr"])) for one in realizations]
    return {
        "noise_draws": len(realizations),
        "noisy": mean_scores(scores["noisy"]),
        "denoised": mean_scores(scores["denoised"]),
        "gain": {metric: float(np.mean(values)) for metric, values in scores["gain"].items()},
        "interval": {
            name: {
                metric: confidence_interval(
                    values, resamples=resamples, seed=seed, is_proportion=metric == "recognised" and name != "gain"
                )
                for metric, values in of.items()
            }
            for name, of in scores.items()
        },
        "draws": {"denoised": {"psnr": {"least": min(means), "most": max(means)}}},
    }


def summarise_classes(scores: dict[str, Scores], labels: Bytes, *, resamples: int, seed: int) -> dict[str, list[float]]:
    """Return a table with a row per class: its images, their mean scores and their gain, with intervals."""
    rows = []
    bootstrap: dict[str, Any] = {"resamples": resamples, "seed": seed}
    for label in np.unique(labels):
        in_class = labels == label
        noisy, denoised = (
            {metric: values[in_class] for metric, values in scores[name].items()} for name in ("noisy", "denoised")
        )
        row: dict[str, Any] = {"label": int(label), "images": int(in_class.sum())}
        for metric in ("psnr", "ssim", "recognised"):
            is_proportion = metric == "recognised"
            row |= {f"noisy_{metric}": noisy[metric].mean()}
            row |= mean_with_ci(f"denoised_{metric}", denoised[metric], is_proportion=is_proportion, **bootstrap)
            row |= mean_with_ci(f"gain_{metric}", denoised[metric] - noisy[metric], **bootstrap)
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


def summarise_margin(methods: dict[str, list[Any]], best: str) -> dict[str, Any]:
    """Return the scores of the best filter, and the margin of the denoiser over it, from the table of methods."""
    row = methods["method"].index(best)
    return {
        "best_filter": {
            "method": best,
            "images": methods["images"][row],
            **{name: methods[name][row] for name in METRIC_SIGNS},
        },
        "ahead": {name: methods[f"ahead_{name}"][row] for name in METRIC_SIGNS},
        "interval": {
            "ahead": {
                name: {end: methods[f"ahead_{name}_{end}"][row] for end in ("low", "high")} for name in METRIC_SIGNS
            }
        },
    }


def summarise_recognition(images: Columns, *, resamples: int, seed: int) -> dict[str, Any]:
    """Return how many clean images are recognised, and how many the denoiser repaired, flipped and left lost.

    `images` is the per-image table, of the prepared noise.
    """
    label = images["label"]
    recognised = {name: images[f"{name}_class"] == label for name in ("clean", "noisy", "denoised")}
    clean = recognised["clean"].astype(float)
    interval = confidence_interval(clean, resamples=resamples, seed=seed, is_proportion=True)
    return {
        "clean": {"recognised": float(clean.mean())},
        "interval": {"clean": {"recognised": interval}},
        **count_changes(**recognised),
    }


def count_changes(clean: Mask, noisy: Mask, denoised: Mask) -> dict[str, int]:
    """Return how many images were repaired, flipped and lost, given whether each version is recognised, (N,).

    Counted are images that are recognised when clean. Repaired: not recognised when noisy, but when denoised. Flipped:
    recognised when noisy, but not when denoised. Lost: recognised neither noisy nor denoised.
    """
    return {
        "repaired": int(np.sum(clean & ~noisy & denoised)),
        "flipped": int(np.sum(clean & noisy & ~denoised)),
        "lost": int(np.sum(clean & ~noisy & ~denoised)),
    }
