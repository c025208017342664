"""Cuts patches from images at random places, flips and turns them, and gives them noise: anew in every epoch."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denoising.batching import shuffled_chunks
from denoising.cluster.members import ALONE, Cluster
from denoising.errors import DenoisingError
from denoising.images import Images, Stored, as_float
from denoising.io.ragged import read_rows, shapes_of
from denoising.io.splits import Split
from denoising.noise.on_the_fly import OnTheFlyNoise
from denoising.rng import IndexedGenerators, Purpose


@dataclass(frozen=True)
class PatchLoader:
    """The chosen images of a split, as `patches_per_image` patches of each in every epoch.

    What is cut, how it is turned, and its noise depend on (seed, epoch, number of the patch) alone. Where `noise` is
    None, patches come from the recorded noisy images.
    """

    split: Split
    indices: NDArray[np.int64]
    noise: OnTheFlyNoise | None
    batch_size: int
    seed: int
    patch_size: int
    patches_per_image: int
    cluster: Cluster = ALONE

    def __len__(self) -> int:
        return len(self.indices) * self.patches_per_image

    def epoch(self, number: int) -> Iterator[tuple[Images, Stored, int]]:
        """Yield noisy (float32) and clean (as stored) patches (N, patch_size, patch_size, C) in chunks of batches.

        Of every batch this worker takes its share. Only the rows that a patch lies in are read: memory does not depend
        on the number of images.
        """
        channels, generators = self.split.image_shape[-1], IndexedGenerators(self.seed, Purpose.PATCH, number)
        for chunk in shuffled_chunks(
            len(self),
            batch_size=self.batch_size,
            example_bytes=4 * int(channels or 1) * self.patch_size**2,
            seed=self.seed,
            epoch=number,
        ):
            own = self.cluster.shard(chunk, batch_size=self.batch_size)
            if not len(own):
                continue
            cut = [self._cut(int(patch), generators.at(int(patch))) for patch in own]
            clean = np.stack([one for one, _ in cut])
            if self.noise is None:
                yield np.stack([as_float(other) for _, other in cut if other is not None]), clean, len(chunk)
            else:
                yield self.noise.add(clean, own, epoch=number), clean, len(chunk)

    def _cut(self, patch: int, random: np.random.Generator) -> tuple[Stored, Stored | None]:
        """Return a clean patch and, where the noisy images are recorded, the noisy one at the same place."""
        image = int(self.indices[patch % len(self.indices)])
        height, width = shapes_of(self.split.clean)[image, :2].tolist()
        top, left = (int(random.integers(side - self.patch_size + 1)) for side in (height, width))
        turns, flipped = int(random.integers(4)), bool(random.integers(2))
        sources = [self.split.clean] if self.noise else [self.split.clean, self.split.noisy]
        parts = [read_rows(of, image, top, top + self.patch_size)[:, left : left + self.patch_size] for of in sources]
        turned = [np.rot90(part[:, ::-1] if flipped else part, turns) for part in parts]
        return turned[0], turned[1] if len(turned) > 1 else None


def require_patches(split: Split, patch_size: int) -> None:
    """Raise `DenoisingError` where an image is smaller than a patch, with its name."""
    shapes = shapes_of(split.clean)
    small = np.flatnonzero(shapes[:, :2].min(axis=1) < patch_size).tolist()
    if small:
        names = [split.files[number] if split.files else f"image {number}" for number in small]
        lines = [
            f"  {name}: {shapes[number, 1]}x{shapes[number, 0]}" for name, number in zip(names, small, strict=True)
        ]
        raise DenoisingError(
            "\n".join([f"These training images are smaller than a patch of {patch_size}x{patch_size} pixels:", *lines])
            + "\nLower train.patch_size, or remove them."
        )
