"""Compares the denoiser with the classical filters on the same noisy images."""

from typing import Any

import numpy as np

from stages.lib.dataset import Split
from stages.lib.evaluate.recognition import Classifier
from stages.lib.evaluate.scores import Scores, score
from stages.lib.filtered import Filtered
from stages.lib.images import as_float
from stages.lib.intervals import interval

COMPARED = ("mse", "psnr", "ssim", "recognised")


def compare_methods(
    split: Split,
    filtered: Filtered,
    measured: dict[str, Scores],
    classifier: Classifier,
    *,
    batch_size: int,
) -> dict[str, Scores]:
    """Return the scores of every method on the images that were filtered: the denoiser, filters best first, the rest.

    `measured` are the scores of the whole split, noisy and denoised, for the prepared draw of the noise.
    """
    chosen = filtered.indices
    clean, labels = as_float(split.clean[chosen]), split.labels[chosen]
    scores = {"denoiser": {metric: values[chosen] for metric, values in measured["denoised"].items()}}
    for method, images in filtered.images.items():
        parts = [
            score(clean[part], images[part], labels[part], classifier)
            for part in (slice(start, start + batch_size) for start in range(0, len(chosen), batch_size))
        ]
        scores[method] = {metric: np.concatenate([part[metric] for part in parts]) for metric in COMPARED}
    scores["noisy"] = {metric: values[chosen] for metric, values in measured["noisy"].items()}
    return scores


def summarise_methods(scores: dict[str, Scores], *, resamples: int, seed: int) -> dict[str, list[Any]]:
    """Return a table with a row a method: every metric with its interval, and by how much the denoiser is ahead.

    What it is ahead is paired, image by image, in the metrics where more is better.
    """
    rows = []
    for method, of_method in scores.items():
        ahead = {f"ahead_{metric}": scores["denoiser"][metric] - of_method[metric] for metric in COMPARED[1:]}
        row: dict[str, Any] = {"method": method, "images": len(of_method["mse"])}
        for metric, values in {**{metric: of_method[metric] for metric in COMPARED}, **ahead}.items():
            between = interval(values, resamples=resamples, seed=seed)
            row |= {metric: float(values.mean()), f"{metric}_low": between["low"], f"{metric}_high": between["high"]}
        rows.append(row)
    return {name: [row[name] for row in rows] for name in rows[0]}
