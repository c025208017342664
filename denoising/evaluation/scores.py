"""Scores images, one value per image: how close they are to the clean ones, and whether they are recognised."""

import numpy as np

from denoising.batching import batches
from denoising.evaluation.noise_realizations import NoiseRealization
from denoising.images import Bytes, Images, as_float
from denoising.inference.classifier import Classify
from denoising.inference.denoiser import Denoise
from denoising.io.progress import progress_bar
from denoising.io.splits import Split
from denoising.metrics import PerImage, mse, psnr_from_mse, ssim, ssim_gaussian_window

Scores = dict[str, PerImage]  # by metric
METRIC_SIGNS = {"mse": -1, "psnr": 1, "ssim": 1, "recognised": 1}  # 1 where a higher value is better


def score_split(
    split: Split, denoise: Denoise, classify: Classify, *, batch_size: int, realization: NoiseRealization
) -> dict[str, Scores]:
    """Return the scores of the noisy and of the denoised images for one realization of the noise."""
    parts: dict[str, list[Scores]] = {"noisy": [], "denoised": []}
    with progress_bar("scoring", total=len(split)) as bar:
        for part in batches(len(split), size=batch_size):
            clean, labels = as_float(split.clean[part]), split.labels[part]
            noisy = realization(clean, part.start)
            parts["noisy"].append(score_images(clean, noisy, labels, classify))
            parts["denoised"].append(score_images(clean, denoise(noisy), labels, classify))
            bar.update(len(clean))
    return {name: concatenate_scores(of) for name, of in parts.items()}


def score_images(clean: Images, other: Images, labels: Bytes, classify: Classify) -> Scores:
    """Return every metric of `other` compared with `clean`, both (N, H, W, C), and the predicted class of each."""
    error, predicted = mse(clean, other), classify(other)
    return {
        "mse": error,
        "psnr": psnr_from_mse(error),
        "ssim": ssim(clean, other),
        "ssim_gaussian_window": ssim_gaussian_window(clean, other),
        "recognised": (predicted == labels).astype(np.float64),
        "class": predicted.astype(np.float64),
    }


def concatenate_scores(parts: list[Scores]) -> Scores:
    """Return the scores of consecutive batches as those of all their images."""
    return {metric: np.concatenate([part[metric] for part in parts]) for metric in parts[0]}


def improvement(one: Scores, other: Scores) -> Scores:
    """Return how much better `one` is than `other` for each image; for an error, how much lower it is."""
    return {metric: sign * (one[metric] - other[metric]) + 0.0 for metric, sign in METRIC_SIGNS.items()}
