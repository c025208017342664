"""Scores images, one value per image: how close they are to the clean ones, and whether a classifier is right."""

from collections.abc import Sequence

import numpy as np

from denoising.batching import batches
from denoising.evaluation.noise_realizations import NoiseRealization
from denoising.images import Bytes, Images, as_float
from denoising.inference.classifier import Classify
from denoising.inference.denoiser import Denoise
from denoising.io.progress import progress_bar
from denoising.io.splits import Split
from denoising.metrics import GaussianSsim, PerImage, UniformSsim, mse, psnr_from_mse

Scores = dict[str, PerImage]  # by metric
METRIC_SIGNS = {"mse": -1, "psnr": 1, "ssim": 1, "accuracy": 1}  # 1 where a higher value is better


class Scorer:
    """Scores versions of given clean images (N, H, W, C) with labels (N,), with every metric."""

    def __init__(self, clean: Images, labels: Bytes, classify: Classify) -> None:
        self._clean, self._labels, self._classify = clean, labels, classify
        self._ssim, self._ssim_gaussian_window = UniformSsim(clean), GaussianSsim(clean)

    def __call__(self, other: Images) -> Scores:
        """Return every metric of `other` (N, H, W, C), and the predicted class of each image."""
        error, predicted = mse(self._clean, other), self._classify(other)
        return {
            "mse": error,
            "psnr": psnr_from_mse(error),
            "ssim": self._ssim(other),
            "ssim_gaussian_window": self._ssim_gaussian_window(other),
            "accuracy": (predicted == self._labels).astype(np.float64),
            "class": predicted.astype(np.float64),
        }


def score_realizations(
    split: Split, denoise: Denoise, classify: Classify, *, batch_size: int, realizations: Sequence[NoiseRealization]
) -> list[dict[str, Scores]]:
    """Return for each realization of the noise the scores of the noisy and of the denoised images."""
    parts: list[dict[str, list[Scores]]] = [{"noisy": [], "denoised": []} for _ in realizations]
    with progress_bar("scoring", total=len(split) * len(realizations)) as bar:
        for batch in batches(len(split), size=batch_size):
            clean = as_float(split.clean[batch])
            score = Scorer(clean, split.labels[batch], classify)
            for part, realize in zip(parts, realizations, strict=True):
                noisy = realize(clean, batch.start)
                part["noisy"].append(score(noisy))
                part["denoised"].append(score(denoise(noisy)))
                bar.update(len(clean))
    return [{name: concatenate_scores(of) for name, of in part.items()} for part in parts]


def concatenate_scores(parts: list[Scores]) -> Scores:
    """Return the scores of consecutive batches as those of all their images."""
    return {metric: np.concatenate([part[metric] for part in parts]) for metric in parts[0]}


def improvement(one: Scores, other: Scores) -> Scores:
    """Return how much better `one` is than `other` for each image; for an error, how much lower it is."""
    return {metric: sign * (one[metric] - other[metric]) + 0.0 for metric, sign in METRIC_SIGNS.items()}
