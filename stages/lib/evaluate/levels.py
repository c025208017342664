"""Follows the denoiser from no noise to strong noise, beside the best filter and the closed form."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import Denoiser
from stages.lib.evaluate.scores import in_batches
from stages.lib.intervals import between
from stages.lib.noise.families import Noise
from stages.lib.noise.moments import noisy_psnr
from stages.lib.noise.redraw import with_noise
from stages.lib.progress import progress
from stages.lib.quality import PerImage, mse, psnr, ssim
from stages.lib.tables import Columns, columns_of

Row = dict[str, Any]


class Trial:
    """Tries the denoiser under any noise, on chosen images of a split."""

    def __init__(
        self, name: str, split: Split, denoiser: Denoiser, chosen: NDArray[np.int64], *, seed: int, batch_size: int
    ) -> None:
        self._name, self._split, self._denoiser, self._chosen = name, split, denoiser, chosen
        self._seed, self._batch_size = seed, batch_size
        self.clean = split.clean[chosen]

    def __len__(self) -> int:
        return len(self.clean)

    def __call__(self, noise: Noise) -> tuple[dict[str, PerImage], dict[str, PerImage]]:
        """Return the PSNR and SSIM of each image, noisy and denoised."""
        clean, noisy = with_noise(self._name, self._split, self._chosen, noise=noise, seed=self._seed)
        denoised = in_batches(self._denoiser, noisy, batch_size=self._batch_size)
        before, after = ({"psnr": psnr(mse(clean, other)), "ssim": ssim(clean, other)} for other in (noisy, denoised))
        return before, after


def follow_levels(
    trial: Trial, beside: Trial, filtered: Columns, *, kind: str, resamples: int, seed: int
) -> dict[str, list[Any]]:
    """Return a table with a row a noise level: the denoiser and the best filter with their intervals.

    `filtered` holds the filter's scores, a row an image at a level, and `beside` tries the denoiser on the same
    images, so that `ahead` is paired.
    """
    rows, levels = [], np.unique(filtered["level"]).tolist()
    resampling: dict[str, Any] = {"resamples": resamples, "seed": seed}
    with progress("other levels of noise", total=len(levels), unit="levels") as bar:
        for level in levels:
            noise, here = Noise(kind, level), filtered["level"] == level
            noisy, denoised = trial(noise)
            _, same_images = beside(noise)
            row: Row = {"level": level, "images": len(trial), "noisy_psnr": noisy["psnr"].mean()}
            row |= {"expected_noisy_psnr": noisy_psnr(trial.clean, noise), "noisy_ssim": noisy["ssim"].mean()}
            row |= {"filter": filtered["method"][here][0], "filter_images": len(beside)}
            for metric in ("psnr", "ssim"):
                of_filter = filtered[metric][here]
                row |= between(f"denoised_{metric}", denoised[metric], **resampling)
                row |= between(f"filter_{metric}", of_filter, **resampling)
                row |= between(f"ahead_{metric}", same_images[metric] - of_filter, **resampling)
            rows.append(row)
            bar.update()
    return columns_of(rows)
