"""Compares the denoiser with the classical baselines on the same noisy images."""

from typing import Any

from denoising.batching import batches
from denoising.evaluation.scores import METRIC_SIGNS, Scores, concatenate_scores, improvement, score_images
from denoising.evaluation.summary import Mask, count_changes
from denoising.images import as_float
from denoising.inference.classifier import Classify
from denoising.intervals import mean_with_ci
from denoising.io.baseline_results import BaselineResults
from denoising.io.splits import Split
from denoising.io.tables import columns_of


def compare_methods(
    split: Split, baselines: BaselineResults, scores: dict[str, Scores], classify: Classify, *, batch_size: int
) -> dict[str, Scores]:
    """Return the scores of every method on the filtered images: the denoiser, the baselines, and the noisy images.

    `scores` are those of the whole split, noisy and denoised, for the prepared noise.
    """
    chosen = baselines.indices
    clean, labels = as_float(split.clean[chosen]), split.labels[chosen]
    compared = {"denoiser": {metric: values[chosen] for metric, values in scores["denoised"].items()}}
    for method, images in baselines.images.items():
        compared[method] = concatenate_scores(
            [
                score_images(clean[part], images[part], labels[part], classify)
                for part in batches(len(chosen), size=batch_size)
            ]
        )
    compared["noisy"] = {metric: values[chosen] for metric, values in scores["noisy"].items()}
    return compared


def summarise_methods(
    scores: dict[str, Scores], clean_recognised: Mask, *, resamples: int, seed: int
) -> dict[str, list[Any]]:
    """Return a table with a row per method, the best first: every metric, and the margin of the denoiser over it.

    The margin is paired, image by image. `clean_recognised` says whether each image is recognised when clean; of these,
    the table counts those that each method repaired, flipped and lost.
    """
    rows = []
    for method, of_method in scores.items():
        margin = {f"ahead_{metric}": values for metric, values in improvement(scores["denoiser"], of_method).items()}
        row: dict[str, Any] = {"method": method, "images": len(of_method["mse"])}
        for metric, values in {**{metric: of_method[metric] for metric in METRIC_SIGNS}, **margin}.items():
            row |= mean_with_ci(metric, values, resamples=resamples, seed=seed, is_proportion=metric == "recognised")
        recognised = (one["recognised"] == 1 for one in (scores["noisy"], of_method))
        rows.append(row | count_changes(clean_recognised, *recognised))
    rows.sort(key=lambda row: -row["psnr"])
    return columns_of(rows)
