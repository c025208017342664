"""Scores images, one value per image: how close they are to the clean ones, and whether a classifier is right."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from denoising.evaluation.noise_realizations import NoiseRealization
from denoising.images import Bytes, Images, as_bytes, as_float
from denoising.inference.classifier import Classify
from denoising.inference.denoiser import Denoise
from denoising.io.progress import progress_bar
from denoising.io.ragged import image_batches
from denoising.io.splits import CleanSplit, Split
from denoising.metrics import GaussianSsim, PerImage, UniformSsim, mse, psnr, psnr_from_mse

Scores = dict[str, PerImage]  # by metric
METRIC_SIGNS = {"mse": -1, "psnr": 1, "ssim": 1, "accuracy": 1}  # 1 where a higher value is better


class Scorer:
    """Scores versions of given clean images (N, H, W, C) with every metric.

    Where the images have labels (N,), a classifier is applied too.
    """

    def __init__(self, clean: Images, labels: Bytes | None, classify: Classify | None) -> None:
        self._clean, self._labels, self._classify = clean, labels, classify
        self._ssim, self._ssim_gaussian_window = UniformSsim(clean), GaussianSsim(clean)

    def __call__(self, other: Images) -> Scores:
        """Return every metric of `other` (N, H, W, C), and the predicted class of each image, if it has a label."""
        error = mse(self._clean, other)
        scores = {
            "mse": error,
            "psnr": psnr_from_mse(error),
            "psnr_8_bit": psnr(self._clean, as_float(as_bytes(other))),
            "ssim": self._ssim(other),
            "ssim_gaussian_window": self._ssim_gaussian_window(other),
        }
        if self._classify is None:
            return scores
        predicted = self._classify(other)
        accuracy = (predicted == self._labels).astype(np.float64)
        return {**scores, "accuracy": accuracy, "class": predicted.astype(np.float64)}


def score_realizations(
    split: Split,
    denoise: Denoise,
    classify: Classify | None,
    *,
    batch_size: int,
    realizations: Sequence[NoiseRealization],
) -> list[dict[str, Scores]]:
    """Return for each realization of the noise the scores of the noisy and of the denoised images."""
    parts: list[dict[str, list[Scores]]] = [{"noisy": [], "denoised": []} for _ in realizations]
    chosen = list(image_batches(split.clean, size=batch_size))
    with progress_bar("scoring", total=len(split) * len(realizations)) as bar:
        for batch in chosen:
            clean = as_float(split.clean[batch])
            score = Scorer(clean, split.labels[batch] if classify and split.labels is not None else None, classify)
            for part, realize in zip(parts, realizations, strict=True):
                noisy = realize(clean, batch)
                part["noisy"].append(score(noisy))
                part["denoised"].append(score(denoise(noisy)))
                bar.update(len(clean))
    return [{name: join_scores(of, chosen) for name, of in part.items()} for part in parts]


def classify_clean(split: CleanSplit, classify: Classify | None, *, batch_size: int) -> Bytes | None:
    """Return the class predicted for each clean image, (N,), if it has a label."""
    if classify is None:
        return None
    classes = np.zeros(len(split), np.uint8)
    for part in image_batches(split.clean, size=batch_size):
        classes[part] = classify(as_float(split.clean[part]))
    return classes


def join_scores(parts: list[Scores], batches: Sequence[Any]) -> Scores:
    """Return the scores of batches, each of the images of its indices or slice, as those of all images in order."""
    count = sum(len(part["mse"]) for part in parts)
    order = np.argsort(np.concatenate([np.arange(count)[batch] for batch in batches]), kind="stable")
    return {metric: np.concatenate([part[metric] for part in parts])[order] for metric in parts[0]}


def improvement(one: Scores, other: Scores) -> Scores:
    """Return how much better `one` is than `other` for each image; for an error, how much lower it is."""
    return {
        metric: sign * (one[metric] - other[metric]) + 0.0 for metric, sign in METRIC_SIGNS.items() if metric in one
    }
