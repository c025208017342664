"""Sums up the scores of all images and of several draws of the noise."""

from typing import Any

import numpy as np

from stages.lib.evaluate.rows import Columns
from stages.lib.evaluate.scores import Scores
from stages.lib.images import Bytes
from stages.lib.intervals import interval
from stages.lib.quality import psnr


def summarise_draws(draws: list[dict[str, Scores]], *, resamples: int, seed: int) -> dict[str, Any]:
    """Return what `dvc metrics diff` compares: means over images and draws, their intervals, and how draws differ."""
    scores = {name: average([draw[name] for draw in draws]) for name in draws[0]}
    scores["gain"] = gain(scores["noisy"], scores["denoised"])
    of_draws = [float(np.mean(draw["denoised"]["psnr"])) for draw in draws]
    return {
        "noise_draws": len(draws),
        "noisy": summarise(scores["noisy"]),
        "denoised": summarise(scores["denoised"]),
        "gain": {metric: float(np.mean(values)) for metric, values in scores["gain"].items()},
        "interval": {
            name: {metric: interval(values, resamples=resamples, seed=seed) for metric, values in of_metrics.items()}
            for name, of_metrics in scores.items()
        },
        "draws": {"denoised": {"psnr": {"least": min(of_draws), "most": max(of_draws)}}},
    }


def summarise_classes(scores: dict[str, Scores], labels: Bytes, *, resamples: int, seed: int) -> dict[str, list[float]]:
    """Return a table with a row for each class: its images, their mean scores, and the interval of the PSNR."""
    rows = []
    for label in np.unique(labels):
        of_class = labels == label
        psnr_of_class = scores["denoised"]["psnr"][of_class]
        between = interval(psnr_of_class, resamples=resamples, seed=seed)
        rows.append(
            {
                "label": int(label),
                "images": int(of_class.sum()),
                "noisy_psnr": scores["noisy"]["psnr"][of_class].mean(),
                "denoised_psnr": psnr_of_class.mean(),
                "denoised_psnr_low": between["low"],
                "denoised_psnr_high": between["high"],
                "noisy_ssim": scores["noisy"]["ssim"][of_class].mean(),
                "denoised_ssim": scores["denoised"]["ssim"][of_class].mean(),
                "noisy_recognised": scores["noisy"]["recognised"][of_class].mean(),
                "denoised_recognised": scores["denoised"]["recognised"][of_class].mean(),
            }
        )
    return {name: [row[name] for row in rows] for name in rows[0]}


def average(draws: list[Scores]) -> Scores:
    """Return the mean over all draws of the noise, image by image."""
    metrics = [metric for metric in draws[0] if metric != "class"]
    return {metric: np.mean([scores[metric] for scores in draws], axis=0) for metric in metrics}


def summarise(scores: Scores) -> dict[str, float]:
    """Return the mean of every metric, and the PSNR of the mean MSE, which is another convention than the mean PSNR."""
    means = {metric: float(np.mean(values)) for metric, values in scores.items()}
    return {**means, "psnr_of_mean_mse": float(psnr(means["mse"]))}


def gain(noisy: Scores, denoised: Scores) -> Scores:
    """Return what the denoiser adds to each image, in the metrics where more is better."""
    return {metric: denoised[metric] - noisy[metric] for metric in ("psnr", "ssim", "recognised")}


def summarise_ahead(table: dict[str, list[Any]], best: str) -> dict[str, Any]:
    """Return the best filter, and by how much the denoiser is ahead of it, from the table of all methods."""
    row = table["method"].index(best)
    metrics = ("psnr", "ssim", "recognised")
    return {
        "best_filter": {"method": best, "images": table["images"][row], **{name: table[name][row] for name in metrics}},
        "ahead": {name: table[f"ahead_{name}"][row] for name in metrics},
        "interval": {
            "ahead": {name: {end: table[f"ahead_{name}_{end}"][row] for end in ("low", "high")} for name in metrics}
        },
    }


def summarise_recognition(images: Columns, *, resamples: int, seed: int) -> dict[str, Any]:
    """Return how many clean images are recognised, and how many the denoiser repaired and flipped.

    Repaired: taken for another class when noisy, recognised when denoised. Flipped: recognised when clean, and turned
    into another class by the denoiser. Both of the prepared draw of the noise.
    """
    label = images["label"]
    right = {name: images[f"{name}_class"] == label for name in ("clean", "noisy", "denoised")}
    return {
        "clean": {"recognised": float(right["clean"].mean())},
        "interval": {"clean": {"recognised": interval(right["clean"].astype(float), resamples=resamples, seed=seed)}},
        "repaired": int(np.sum(~right["noisy"] & right["denoised"])),
        "flipped": int(np.sum(right["clean"] & ~right["denoised"])),
    }
