"""Loads the training images in the order of an epoch, with noise, a chunk of batches at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from denoising.batching import shuffled_chunks
from denoising.cluster.members import ALONE, Cluster
from denoising.errors import DenoisingError
from denoising.images import Images, Stored
from denoising.io.center_crops import LARGEST_FIXED_SIZE
from denoising.io.splits import CleanSplit, Split
from denoising.noise.on_the_fly import OnTheFlyNoise
from denoising.rng import Purpose, generator
from denoising.training.mmap_reader import read_images


class Loader(Protocol):
    """Yields the examples of an epoch in chunks: noisy (float32) and clean (as stored), (N, H, W, C).

    With each comes the number of examples in the chunk of all workers.
    """

    @property
    def batch_size(self) -> int: ...

    def __len__(self) -> int: ...

    def epoch(self, number: int) -> Iterator[tuple[Images, Stored, int]]: ...


@dataclass(frozen=True)
class TrainingLoader:
    """The chosen images of a split, with noise drawn anew in every epoch or, where `noise` is None, as prepared."""

    split: Split
    indices: NDArray[np.int64]
    noise: OnTheFlyNoise | None
    batch_size: int
    seed: int
    cluster: Cluster = ALONE

    def __len__(self) -> int:
        return len(self.indices)

    def epoch(self, number: int) -> Iterator[tuple[Images, Stored, int]]:
        """Yield noisy (float32) and clean (as stored) images in chunks, each once, in the random order of the epoch.

        Of every batch this worker takes its share. Only one chunk is in memory, whatever the size of the data.
        """
        for chunk in shuffled_chunks(
            len(self),
            batch_size=self.batch_size,
            example_bytes=4 * self.split.clean[0].size,
            seed=self.seed,
            epoch=number,
        ):
            indices = self.indices[self.cluster.shard(chunk, batch_size=self.batch_size)]
            if not len(indices):
                continue
            clean = read_images(self.split.clean, indices)
            if self.noise is None:
                yield read_images(self.split.noisy, indices), clean, len(chunk)
            else:
                yield self.noise.add(clean, indices, epoch=number), clean, len(chunk)


def require_one_size(splits: Iterable[CleanSplit]) -> None:
    """Raise `DenoisingError` where images are large or differ in size, in a split or between splits."""
    shapes = {split.image_shape for split in splits}
    sides = [side for shape in shapes for side in shape[:2]]
    if len(shapes) > 1 or any(side is None or side > LARGEST_FIXED_SIZE for side in sides):
        raise DenoisingError(
            f"The images differ in size, or are larger than {LARGEST_FIXED_SIZE} pixels. Set train.examples to "
            "patches, which are cut from images of any size."
        )


def choose_subset(count: int, *, fraction: float, seed: int) -> NDArray[np.int64]:
    """Return the indices of a random `fraction` of `count` images, at least one; all of them in order for 1."""
    if fraction == 1:
        return np.arange(count)
    order = generator(seed, Purpose.SUBSET).permutation(count)
    return order[: max(1, round(fraction * count))].copy()  # a part of it would keep all of it in memory
