"""Scores a whole split, image by image."""

import numpy as np
from tqdm import tqdm

from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import Denoiser
from stages.lib.evaluate.draws import Draw
from stages.lib.evaluate.quality import PerImage, mse, psnr, ssim, ssim_gaussian_window
from stages.lib.images import Images, as_float

Scores = dict[str, PerImage]  # metric: one value an image


def measure(split: Split, denoiser: Denoiser, *, batch_size: int, draw: Draw) -> dict[str, Scores]:
    """Return the scores of the noisy and of the denoised images for one draw of the noise."""
    pieces: dict[str, list[Scores]] = {"noisy": [], "denoised": []}
    with tqdm(total=len(split), desc="measuring", unit=" images", ncols=88, disable=None) as bar:
        for start in range(0, len(split), batch_size):
            clean = as_float(split.clean[start : start + batch_size])
            noisy = draw(clean, start)
            pieces["noisy"].append(score(clean, noisy))
            pieces["denoised"].append(score(clean, denoiser(noisy)))
            bar.update(len(clean))
    return {
        name: {metric: np.concatenate([piece[metric] for piece in parts]) for metric in parts[0]}
        for name, parts in pieces.items()
    }


def score(clean: Images, other: Images) -> Scores:
    """Return every metric of `other` beside `clean`, both (N, H, W, C)."""
    error = mse(clean, other)
    return {
        "mse": error,
        "psnr": psnr(error),
        "ssim": ssim(clean, other),
        "ssim_gaussian_window": ssim_gaussian_window(clean, other),
    }
