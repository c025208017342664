"""Scores the denoiser on chosen images of a split under any noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denoising.batching import batches
from denoising.images import Stored
from denoising.inference.denoiser import Denoise
from denoising.intervals import Groups
from denoising.io.center_crops import SWEEP_SIZE, center_crops
from denoising.io.splits import Split
from denoising.metrics import PerImage, UniformSsim, psnr
from denoising.noise.models import Noise
from denoising.noise.renoise import renoise

CROPS_AT_ONCE = 32


@dataclass(frozen=True)
class RenoisedImages:
    """Chosen images of a split, to be given other noise than the prepared one; `seed` is that of the prepared noise.

    `at_once` images are scored at a time, which bounds the memory.
    """

    split: Split
    indices: NDArray[np.int64]
    denoise: Denoise
    seed: int
    at_once: int = 100_000

    @classmethod
    def cropped(cls, split: Split, indices: NDArray[np.int64], denoise: Denoise, *, seed: int) -> "RenoisedImages":
        """Return chosen images; of those that may differ in size, the middle."""
        if split.is_ragged:
            crops = center_crops(split, indices, size=SWEEP_SIZE)
            return cls(crops, np.arange(len(crops)), denoise, seed, CROPS_AT_ONCE)
        return cls(split, indices, denoise, seed)

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def groups(self) -> Groups | None:
        """The groups of the images, as `intervals` has them."""
        return None if self.split.groups is None else self.split.groups[self.indices]

    @property
    def clean(self) -> Stored:
        """The clean images as they are stored, (N, H, W, C)."""
        return self.split.clean[self.indices]

    def score(self, noise: Noise) -> tuple[dict[str, PerImage], dict[str, PerImage]]:
        """Return the PSNR and SSIM of each image, noisy and denoised."""
        parts = [self._score(self.indices[part], noise) for part in batches(len(self), size=self.at_once)]
        before, after = (
            {metric: np.concatenate([of[metric] for of in group]) for metric in ("psnr", "ssim")}
            for group in zip(*parts, strict=True)
        )
        return before, after

    def _score(self, indices: NDArray[np.int64], noise: Noise) -> tuple[dict[str, PerImage], dict[str, PerImage]]:
        clean, noisy = renoise(self.split, indices, noise=noise, seed=self.seed)
        ssim = UniformSsim(clean)
        before, after = ({"psnr": psnr(clean, other), "ssim": ssim(other)} for other in (noisy, self.denoise(noisy)))
        return before, after
