"""Scores the denoiser on chosen images of a split under any noise."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from denoising.images import Stored, as_float
from denoising.inference.denoiser import Denoise
from denoising.intervals import Groups
from denoising.io.splits import Split
from denoising.metrics import PerImage, UniformSsim, psnr
from denoising.noise.crops import SWEEP_SIZE, center_crops
from denoising.noise.models import Noise
from denoising.noise.renoise import renoise


@dataclass(frozen=True)
class RenoisedImages:
    """Chosen images of a split, to be given other noise than the prepared one; `seed` is that of the prepared noise."""

    split: Split
    indices: NDArray[np.int64]
    denoise: Denoise
    seed: int

    @classmethod
    def cropped(cls, split: Split, indices: NDArray[np.int64], denoise: Denoise, *, seed: int) -> "RenoisedImages":
        """Return chosen images; of those that may differ in size, the middle."""
        if split.is_ragged:
            crops = center_crops(split, indices, size=SWEEP_SIZE)
            return cls(crops, np.arange(len(crops)), denoise, seed)
        return cls(split, indices, denoise, seed)

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def groups(self) -> Groups | None:
        """The groups of the images, as `intervals` has them."""
        return None if self.split.groups is None else self.split.groups[self.indices]

    @cached_property
    def clean(self) -> Stored:
        return self.split.clean[self.indices]

    @cached_property
    def _ssim(self) -> UniformSsim:
        return UniformSsim(as_float(self.clean))

    def score(self, noise: Noise) -> tuple[dict[str, PerImage], dict[str, PerImage]]:
        """Return the PSNR and SSIM of each image, noisy and denoised."""
        clean, noisy = renoise(self.split, self.indices, noise=noise, seed=self.seed)
        before, after = (
            {"psnr": psnr(clean, other), "ssim": self._ssim(other)} for other in (noisy, self.denoise(noisy))
        )
        return before, after
