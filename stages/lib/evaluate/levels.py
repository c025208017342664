"""Follows the denoiser from no noise to strong noise, beside the best filters and the closed form."""

from typing import Any

import numpy as np

from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import Denoiser
from stages.lib.evaluate.scores import in_batches
from stages.lib.filtered import evenly_spaced
from stages.lib.intervals import interval
from stages.lib.noise.families import Noise
from stages.lib.noise.moments import noisy_psnr
from stages.lib.noise.redraw import with_noise
from stages.lib.progress import progress
from stages.lib.quality import PerImage, mse, psnr, ssim

Row = dict[str, Any]


class Curve:
    """Measures the denoiser under any noise, on the same evenly spaced images of a split."""

    def __init__(self, name: str, split: Split, denoiser: Denoiser, *, images: int, seed: int, batch_size: int) -> None:
        self._name, self._split, self._denoiser = name, split, denoiser
        self._seed, self._batch_size = seed, batch_size
        self.chosen = evenly_spaced(len(split), count=images)
        self.clean = split.clean[self.chosen]

    def __call__(self, noise: Noise) -> tuple[dict[str, PerImage], dict[str, PerImage]]:
        """Return the PSNR and SSIM of each image, noisy and denoised."""
        clean, noisy = with_noise(self._name, self._split, self.chosen, noise=noise, seed=self._seed)
        denoised = in_batches(self._denoiser, noisy, batch_size=self._batch_size)
        before, after = ({"psnr": psnr(mse(clean, other)), "ssim": ssim(clean, other)} for other in (noisy, denoised))
        return before, after


def follow_levels(
    curve: Curve, filters: dict[str, Any], *, kind: str, resamples: int, seed: int
) -> dict[str, list[Any]]:
    """Return a table with a row a noise level, and intervals for the denoiser and the filters.

    `filters` is the table of the filters' scores: columns method, level, psnr and ssim, a row an image;
    its levels are followed.
    """
    rows, levels = [], np.unique(filters["level"]).tolist()
    with progress("other levels of noise", total=len(levels), unit="levels") as bar:
        for level in levels:
            noise = Noise(kind, level)
            noisy, denoised = curve(noise)
            row: Row = {"level": level, "images": len(curve.chosen), "noisy_psnr": noisy["psnr"].mean()}
            row["expected_noisy_psnr"] = noisy_psnr(curve.clean, noise)
            row["noisy_ssim"] = noisy["ssim"].mean()
            for metric in ("psnr", "ssim"):
                row |= between(f"denoised_{metric}", denoised[metric], resamples=resamples, seed=seed)
                for method in dict.fromkeys(filters["method"]):
                    values = filters[metric][(filters["method"] == method) & (filters["level"] == level)]
                    row |= between(f"{method}_{metric}", values, resamples=resamples, seed=seed)
            rows.append(row)
            bar.update()
    return {name: [row[name] for row in rows] for name in rows[0]}


def between(name: str, values: PerImage, *, resamples: int, seed: int) -> Row:
    """Return the mean of the values and its interval, under names for a table."""
    found = interval(values, resamples=resamples, seed=seed)
    return {name: float(np.mean(values)), f"{name}_low": found["low"], f"{name}_high": found["high"]}
