"""Scores images, one value an image: how near they are to the clean ones, and what the classifier takes them for."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import Denoiser
from stages.lib.evaluate.draws import Draw
from stages.lib.evaluate.recognition import Classifier
from stages.lib.images import Bytes, Images, as_float
from stages.lib.progress import progress
from stages.lib.quality import PerImage, mse, psnr, ssim, ssim_gaussian_window

Scores = dict[str, PerImage]  # metric: one value an image
HEADLINES = {"mse": -1, "psnr": 1, "ssim": 1, "recognised": 1}  # and whether more is better


def measure(
    split: Split, denoiser: Denoiser, classifier: Classifier, *, batch_size: int, draw: Draw
) -> dict[str, Scores]:
    """Return the scores of the noisy and of the denoised images for one draw of the noise."""
    pieces: dict[str, list[Scores]] = {"noisy": [], "denoised": []}
    with progress("measuring", total=len(split)) as bar:
        for start in range(0, len(split), batch_size):
            clean, labels = as_float(split.clean[start : start + batch_size]), split.labels[start : start + batch_size]
            noisy = draw(clean, start)
            pieces["noisy"].append(score(clean, noisy, labels, classifier))
            pieces["denoised"].append(score(clean, denoiser(noisy), labels, classifier))
            bar.update(len(clean))
    return {
        name: {metric: np.concatenate([piece[metric] for piece in parts]) for metric in parts[0]}
        for name, parts in pieces.items()
    }


def score(clean: Images, other: Images, labels: Bytes, classifier: Classifier) -> Scores:
    """Return every metric of `other` beside `clean`, both (N, H, W, C), and the class that each is taken for."""
    error, seen_as = mse(clean, other), classifier(other)
    return {
        "mse": error,
        "psnr": psnr(error),
        "ssim": ssim(clean, other),
        "ssim_gaussian_window": ssim_gaussian_window(clean, other),
        "recognised": (seen_as == labels).astype(np.float64),
        "class": seen_as.astype(np.float64),
    }


def advantage(one: Scores, other: Scores) -> Scores:
    """Return by how much `one` is better than `other`, image by image; of the error, by how much it is smaller."""
    return {metric: sign * (one[metric] - other[metric]) + 0.0 for metric, sign in HEADLINES.items()}


def in_batches(
    function: Callable[[NDArray[Any]], NDArray[Any]], images: NDArray[Any], *, batch_size: int
) -> NDArray[Any]:
    """Return what `function` makes of all images, a batch at a time."""
    return np.concatenate([function(images[start : start + batch_size]) for start in range(0, len(images), batch_size)])
