"""Compares the denoiser with the classical filters on the same noisy images."""

from typing import Any

import numpy as np

from stages.lib.dataset import Split
from stages.lib.evaluate.recognition import Classifier
from stages.lib.evaluate.scores import HEADLINES, Scores, advantage, score
from stages.lib.evaluate.summary import Mask, count_changes
from stages.lib.filtered import Filtered
from stages.lib.images import as_float
from stages.lib.intervals import between
from stages.lib.tables import columns_of


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
        scores[method] = {metric: np.concatenate([part[metric] for part in parts]) for metric in HEADLINES}
    scores["noisy"] = {metric: values[chosen] for metric, values in measured["noisy"].items()}
    return scores


def summarise_methods(
    scores: dict[str, Scores], clean_recognised: Mask, *, resamples: int, seed: int
) -> dict[str, list[Any]]:
    """Return a table with a row a method, the best first: every metric, and by how much the denoiser is ahead.

    What it is ahead is paired, image by image. `clean_recognised` says whether each image is recognised when clean;
    of these, the table counts those that each method repaired, flipped and lost.
    """
    rows = []
    for method, of_method in scores.items():
        ahead = {f"ahead_{metric}": values for metric, values in advantage(scores["denoiser"], of_method).items()}
        row: dict[str, Any] = {"method": method, "images": len(of_method["mse"])}
        for metric, values in {**{metric: of_method[metric] for metric in HEADLINES}, **ahead}.items():
            row |= between(metric, values, resamples=resamples, seed=seed, share=metric == "recognised")
        seen = (values == 1 for values in (scores["noisy"]["recognised"], of_method["recognised"]))
        rows.append(row | count_changes(clean_recognised, *seen))
    rows.sort(key=lambda row: -row["psnr"])
    return columns_of(rows)
