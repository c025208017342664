"""Loads the training images in the order of an epoch, with noise, a chunk of batches at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denoising.batching import shuffled_chunks
from denoising.images import Bytes, Images
from denoising.io.splits import Split
from denoising.noise.on_the_fly import OnTheFlyNoise
from denoising.rng import Purpose, generator
from denoising.training.mmap_reader import read_images


@dataclass(frozen=True)
class TrainingLoader:
    """The chosen images of a split, with noise drawn anew in every epoch or, where `noise` is None, as prepared."""

    split: Split
    indices: NDArray[np.int64]
    noise: OnTheFlyNoise | None
    batch_size: int
    seed: int

    def __len__(self) -> int:
        return len(self.indices)

    def epoch(self, number: int) -> Iterator[tuple[Images, Bytes]]:
        """Yield noisy (float32) and clean (uint8) images in chunks, each image once, in the random order of the epoch.

        Only one chunk is in memory, whatever the size of the data.
        """
        for chunk in shuffled_chunks(
            len(self),
            batch_size=self.batch_size,
            example_bytes=self.split.noisy[0].nbytes,
            seed=self.seed,
            epoch=number,
        ):
            indices = self.indices[chunk]
            clean = read_images(self.split.clean, indices)
            if self.noise is None:
                yield read_images(self.split.noisy, indices), clean
            else:
                yield self.noise.add(clean, indices, epoch=number), clean


def choose_subset(count: int, *, fraction: float, seed: int) -> NDArray[np.int64]:
    """Return the indices of a random `fraction` of `count` images, at least one; all of them in order for 1."""
    if fraction == 1:
        return np.arange(count)
    return generator(seed, Purpose.SUBSET).permutation(count)[: max(1, round(fraction * count))]
