"""Applies the best filter of every noise factor, from no noise to strong noise."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.baselines.tuning import TunedFilter, tune
from denoising.io.center_crops import SWEEP_SIZE, center_crops
from denoising.io.progress import progress_bar
from denoising.io.splits import Split
from denoising.metrics import psnr, ssim
from denoising.noise.models import Noise
from denoising.noise.renoise import renoise

Indices = dict[str, NDArray[Any]]  # of the images of each split


def sweep_noise(
    filters: Sequence[TunedFilter],
    splits: dict[str, Split],
    noises: Sequence[Noise],
    *,
    seed: int,
    tuning: NDArray[Any],
    measured: Indices,
) -> dict[str, dict[str, list[Any]]]:
    """Return for each split a table with the PSNR and SSIM of each image under each noise, after the best filter.

    All `filters` know the noise, and their strength is tuned for it on the validation images `tuning`. The one with the
    highest PSNR there is applied to the images `measured`. Of images of different sizes, the middle is used.
    """
    for_tuning = center_crops(splits["validation"], tuning, size=SWEEP_SIZE)
    chosen = {name: center_crops(split, measured[name], size=SWEEP_SIZE) for name, split in splits.items()}
    tables: dict[str, dict[str, list[Any]]] = {
        name: {column: [] for column in ("method", "factor", "index", "psnr", "ssim")} for name in splits
    }
    with progress_bar("filtering at other noise factors", total=len(noises), unit="factors") as bar:
        for noise in noises:
            clean, noisy = renoise(for_tuning, np.arange(len(for_tuning)), noise=noise, seed=seed)
            best = max(
                (tune(one.method, clean, noisy, noise=noise, warm_start=one) for one in filters),
                key=lambda one: one.validation_psnr,
            )
            for name, split in chosen.items():
                clean, noisy = renoise(split, np.arange(len(split)), noise=noise, seed=seed)
                filtered = best(noisy)
                table, count = tables[name], len(filtered)
                table["method"] += [best.method] * count
                table["factor"] += [noise.factor] * count
                table["index"] += np.asarray(split.indices).tolist()
                table["psnr"] += psnr(clean, filtered).tolist()
                table["ssim"] += ssim(clean, filtered).tolist()
            bar.update()
    return tables
