"""Scores a whole split, image by image, and sums the scores up."""

import numpy as np
from tqdm import tqdm

from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import Denoiser
from stages.lib.evaluate.quality import PerImage, mse, psnr, ssim, ssim_gaussian_window
from stages.lib.images import Images, as_float

Scores = dict[str, PerImage]  # metric: one value an image


def measure(split: Split, denoiser: Denoiser, *, batch_size: int) -> tuple[dict[str, Scores], Images]:
    """Return the scores of the noisy and of the denoised images, and the denoised images (N, H, W, C)."""
    denoised = np.empty(split.clean.shape, np.float32)
    pieces: dict[str, list[Scores]] = {"noisy": [], "denoised": []}
    with tqdm(total=len(split), desc="measuring", unit=" images", ncols=88, disable=None) as bar:
        for start in range(0, len(split), batch_size):
            batch = slice(start, start + batch_size)
            clean, noisy = as_float(split.clean[batch]), split.noisy[batch]
            denoised[batch] = denoiser(noisy)
            pieces["noisy"].append(score(clean, noisy))
            pieces["denoised"].append(score(clean, denoised[batch]))
            bar.update(len(clean))
    scores = {
        name: {metric: np.concatenate([piece[metric] for piece in parts]) for metric in parts[0]}
        for name, parts in pieces.items()
    }
    return scores, denoised


def score(clean: Images, other: Images) -> Scores:
    """Return every metric of `other` beside `clean`, both (N, H, W, C)."""
    error = mse(clean, other)
    return {
        "mse": error,
        "psnr": psnr(error),
        "ssim": ssim(clean, other),
        "ssim_gaussian_window": ssim_gaussian_window(clean, other),
    }


def summarise(scores: Scores) -> dict[str, float]:
    """Return the mean of every metric, and the PSNR of the mean MSE, which is another convention than the mean PSNR."""
    means = {metric: float(np.mean(values)) for metric, values in scores.items()}
    return {**means, "psnr_of_mean_mse": float(psnr(means["mse"]))}
