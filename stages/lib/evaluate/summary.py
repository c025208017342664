"""Sums up the scores of all images and of several draws of the noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.evaluate.scores import HEADLINES, Scores, advantage
from stages.lib.images import Bytes
from stages.lib.intervals import between, interval
from stages.lib.quality import psnr
from stages.lib.tables import Columns, columns_of

Mask = NDArray[np.bool_]


def summarise_draws(draws: list[dict[str, Scores]], *, resamples: int, seed: int) -> dict[str, Any]:
    """Return what `dvc metrics diff` compares: means over images and draws, their intervals, and how draws differ."""
    scores = {name: average([draw[name] for draw in draws]) for name in draws[0]}
    scores["gain"] = advantage(scores["denoised"], scores["noisy"])
    of_draws = [float(np.mean(draw["denoised"]["psnr"])) for draw in draws]
    return {
        "noise_draws": len(draws),
        "noisy": summarise(scores["noisy"]),
        "denoised": summarise(scores["denoised"]),
        "gain": {metric: float(np.mean(values)) for metric, values in scores["gain"].items()},
        "interval": {
            name: {
                metric: interval(
                    values, resamples=resamples, seed=seed, share=metric == "recognised" and name != "gain"
                )
                for metric, values in of_metrics.items()
            }
            for name, of_metrics in scores.items()
        },
        "draws": {"denoised": {"psnr": {"least": min(of_draws), "most": max(of_draws)}}},
    }


def summarise_classes(scores: dict[str, Scores], labels: Bytes, *, resamples: int, seed: int) -> dict[str, list[float]]:
    """Return a table with a row for each class: its images, their mean scores, and what they gain, with intervals."""
    rows = []
    for label in np.unique(labels):
        of_class = labels == label
        resampling: dict[str, Any] = {"resamples": resamples, "seed": seed}
        noisy, denoised = (
            {name: values[of_class] for name, values in scores[kind].items()} for kind in ("noisy", "denoised")
        )
        row: dict[str, Any] = {"label": int(label), "images": int(of_class.sum())}
        for metric in ("psnr", "ssim", "recognised"):
            row |= {f"noisy_{metric}": noisy[metric].mean()}
            row |= between(f"denoised_{metric}", denoised[metric], share=metric == "recognised", **resampling)
            row |= between(f"gain_{metric}", denoised[metric] - noisy[metric], **resampling)
        rows.append(row)
    return columns_of(rows)


def average(draws: list[Scores]) -> Scores:
    """Return the mean over all draws of the noise, image by image."""
    metrics = [metric for metric in draws[0] if metric != "class"]
    return {metric: np.mean([scores[metric] for scores in draws], axis=0) for metric in metrics}


def summarise(scores: Scores) -> dict[str, float]:
    """Return the mean of every metric, and the PSNR of the mean MSE, which is another convention than the mean PSNR."""
    means = {metric: float(np.mean(values)) for metric, values in scores.items()}
    return {**means, "psnr_of_mean_mse": float(psnr(means["mse"]))}


def summarise_ahead(table: dict[str, list[Any]], best: str) -> dict[str, Any]:
    """Return the best filter, and by how much the denoiser is ahead of it, from the table of all methods."""
    row = table["method"].index(best)
    return {
        "best_filter": {
            "method": best,
            "images": table["images"][row],
            **{name: table[name][row] for name in HEADLINES},
        },
        "ahead": {name: table[f"ahead_{name}"][row] for name in HEADLINES},
        "interval": {
            "ahead": {name: {end: table[f"ahead_{name}_{end}"][row] for end in ("low", "high")} for name in HEADLINES}
        },
    }


def summarise_recognition(images: Columns, *, resamples: int, seed: int) -> dict[str, Any]:
    """Return how many clean images are recognised, and how many the denoiser repaired and flipped.

    Of the images that are recognised when clean, in the prepared draw of the noise. Repaired: taken for another class
    when noisy, and not when denoised. Flipped: not when noisy, and taken for another when denoised. Lost: both times.
    """
    label = images["label"]
    right = {name: images[f"{name}_class"] == label for name in ("clean", "noisy", "denoised")}
    return {
        "clean": {"recognised": float(right["clean"].mean())},
        "interval": {
            "clean": {"recognised": interval(right["clean"].astype(float), resamples=resamples, seed=seed, share=True)}
        },
        **count_changes(right["clean"], right["noisy"], right["denoised"]),
    }


def count_changes(clean: Mask, noisy: Mask, denoised: Mask) -> dict[str, int]:
    """Return how many images, by whether they are recognised (N,), were repaired, flipped and lost."""
    return {
        "repaired": int(np.sum(clean & ~noisy & denoised)),
        "flipped": int(np.sum(clean & noisy & ~denoised)),
        "lost": int(np.sum(clean & ~noisy & ~denoised)),
    }
