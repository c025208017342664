"""Brings the training images in the order of an epoch, with noise on, a stretch at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.lib.dataset import Split
from stages.lib.images import Bytes, Images
from stages.lib.loop import stretches
from stages.lib.noise.fresh import FreshNoise
from stages.lib.randomness import SHARE, generator
from stages.lib.train.rows import read_rows


@dataclass(frozen=True)
class Feed:
    """The chosen images of a split, with fresh noise or, where there is none, with the prepared one."""

    split: Split
    chosen: NDArray[np.int64]
    fresh: FreshNoise | None
    seed: int

    @classmethod
    def of(cls, split: Split, *, share: float, fresh: FreshNoise | None, seed: int) -> "Feed":
        """Return a feed of a share of the images, chosen by the seed."""
        count = max(1, round(share * len(split)))
        chosen = np.arange(len(split)) if share == 1 else generator(seed, SHARE).permutation(len(split))[:count]
        return cls(split, chosen, fresh, seed)

    def __len__(self) -> int:
        return len(self.chosen)

    def epoch(self, number: int, *, batch_size: int) -> Iterator[tuple[Images, Bytes]]:
        """Yield noisy (float32) and clean (uint8) images, some batches at a time, each once in an order of its own.

        No more than these are in memory, whatever the size of the data.
        """
        size = self.split.noisy[0].nbytes
        for places in stretches(len(self), batch_size=batch_size, example_bytes=size, seed=self.seed, epoch=number):
            indices = self.chosen[places]
            clean = read_rows(self.split.clean, indices)
            if self.fresh is None:
                yield read_rows(self.split.noisy, indices), clean
            else:
                yield self.fresh.add(clean, indices, epoch=number), clean
