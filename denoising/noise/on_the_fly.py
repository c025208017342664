"""Noise drawn anew for every image in every epoch, fast enough to keep up with training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denoising.images import Images, Stored, as_float
from denoising.noise.models import NOISE_MODELS
from denoising.rng import IndexedGenerators, Purpose


@dataclass(frozen=True)
class OnTheFlyNoise:
    """A noise model, the range from which each draw takes its factor (its ends may be equal), clipping, and a seed."""

    kind: str
    factor_range: tuple[float, float]
    clip: bool
    seed: int

    def add(self, clean: Stored, indices: NDArray[np.int64], *, epoch: int) -> Images:
        """Return noisy versions of the stored images (N, H, W, C).

        The noise of image i depends on (seed, epoch, indices[i]) alone, not on order or batches.
        """
        noisy = np.array(as_float(clean))
        generators = IndexedGenerators(self.seed, Purpose.ON_THE_FLY_NOISE, epoch)
        low, high = self.factor_range
        for position, index in enumerate(indices):
            random = generators.at(int(index))
            factor = low if low == high else low + (high - low) * random.random()
            noisy[position] = NOISE_MODELS[self.kind](noisy[position], np.float32(factor), random)
        return np.clip(noisy, 0, 1, out=noisy) if self.clip else noisy
