"""Compares the denoiser with the classical baselines on the same noisy images."""

from typing import Any

from denoising.evaluation.scores import METRIC_SIGNS, Scorer, Scores, improvement, join_scores
from denoising.evaluation.summary import Mask, count_changes
from denoising.images import as_float
from denoising.inference.classifier import Classify
from denoising.intervals import Groups, columns, mean_interval, paired_proportion_interval, proportion_interval
from denoising.io.baseline_results import BaselineResults
from denoising.io.ragged import image_batches
from denoising.io.splits import Split
from denoising.io.tables import columns_of


def compare_methods(
    split: Split, baselines: BaselineResults, scores: dict[str, Scores], classify: Classify | None, *, batch_size: int
) -> dict[str, Scores]:
    """Return the scores of every method on the filtered images: the denoiser, the baselines, and the noisy images.

    `scores` are those of the whole split, noisy and denoised, for the prepared noise.
    """
    chosen = baselines.indices
    parts: dict[str, list[Scores]] = {method: [] for method in baselines.images}
    batches = list(image_batches(next(iter(baselines.images.values())), size=batch_size))
    for batch in batches:
        labels = None if split.labels is None or classify is None else split.labels[chosen[batch]]
        score = Scorer(as_float(split.clean[chosen[batch]]), labels, classify)
        for method, images in baselines.images.items():
            parts[method].append(score(images[batch]))
    denoised, noisy = (
        {metric: values[chosen] for metric, values in scores[name].items()} for name in ("denoised", "noisy")
    )
    return {
        "denoiser": denoised,
        **{method: join_scores(of, batches) for method, of in parts.items()},
        "noisy": noisy,
    }


def summarize_methods(
    scores: dict[str, Scores], clean_correct: Mask | None, *, groups: Groups | None = None, resamples: int, seed: int
) -> dict[str, list[Any]]:
    """Return a table with a row per method, the best first: every metric, and the margin of the denoiser over it.

    The margin is paired, image by image. `clean_correct` says whether each image is classified correctly when clean; of
    these, the table counts those that each method repaired, flipped and lost. It is None for images without labels.
    """
    rows = []
    options: dict[str, Any] = {"resamples": resamples, "seed": seed, "groups": groups}
    denoiser = scores["denoiser"]
    for method, of_method in scores.items():
        row: dict[str, Any] = {"method": method, "images": len(of_method["mse"])}
        for metric in (metric for metric in METRIC_SIGNS if metric in of_method):
            values = of_method[metric]
            is_proportion = metric == "accuracy"
            ends = proportion_interval(values, groups=groups) if is_proportion else mean_interval(values, **options)
            row |= columns(metric, values.mean(), ends)
        for metric, values in improvement(denoiser, of_method).items():
            ends = (
                paired_proportion_interval(denoiser[metric], of_method[metric], groups=groups)
                if metric == "accuracy"
                else mean_interval(values, **options)
            )
            row |= columns(f"margin_{metric}", values.mean(), ends)
        if clean_correct is not None:
            row |= count_changes(clean_correct, *(one["accuracy"] == 1 for one in (scores["noisy"], of_method)))
        rows.append(row)
    rows.sort(key=lambda row: -row["psnr"])
    return columns_of(rows)
