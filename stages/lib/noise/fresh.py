"""Draws new noise for every image in every epoch, fast enough to keep up with a training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.lib.images import Bytes, Images, as_float
from stages.lib.noise.families import KINDS
from stages.lib.randomness import FRESH, Streams


@dataclass(frozen=True)
class FreshNoise:
    """A kind of noise, the factors between which each draw picks its own (or the only one), and a seed."""

    kind: str
    factors: tuple[float, float]
    seed: int

    def add(self, clean: Bytes, indices: NDArray[np.int64], *, epoch: int) -> Images:
        """Return noisy versions of the images (N, H, W, C), clipped to [0, 1].

        Image i is given the noise of (seed, epoch, indices[i]) alone, in whatever order and company it comes.
        """
        noisy = as_float(clean)
        streams = Streams(self.seed, FRESH, epoch)
        low, high = self.factors
        for position, index in enumerate(indices):
            random = streams.at(int(index))
            factor = low if low == high else low + (high - low) * random.random()
            noisy[position] = KINDS[self.kind](noisy[position], np.float32(factor), random)
        return np.clip(noisy, 0, 1, out=noisy)
