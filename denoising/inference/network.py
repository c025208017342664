"""A network that was loaded to be applied, by whatever library runs it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from denoising.images import Images
from denoising.inference.tiling import TILE, Tiling


@dataclass(frozen=True)
class Network:
    """A network that denoises images.

    `image_shape` is the (H, W, C) that it takes; None stands for any size that is a multiple of `stride`. `apply` maps
    noisy to denoised images (N, H, W, C), float32. A block of `stride` pixels depends on those up to `reach` pixels
    around it. `card` says what the file tells of it.
    """

    name: str
    image_shape: tuple[int | None, ...]
    stride: int
    apply: Callable[[Images], Images]
    parameter_count: int
    reach: int
    card: dict[str, str] = field(default_factory=dict)

    @property
    def has_any_size(self) -> bool:
        """Say whether it takes images of any size."""
        return None in self.image_shape[:2]

    def tiling(self, tile: int = TILE, overlap: int | None = None) -> Tiling:
        """Return how images are cut for it: not at all where it takes a single size.

        Unless `overlap` says otherwise, tiles share so much that they give what the whole image gives.
        """
        shared = 2 * self.reach if overlap is None else overlap
        return Tiling(self.stride, tile, shared) if self.has_any_size else Tiling(1, sys.maxsize, 0)

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Say whether it takes images of a shape (H, W, C), padded where that is needed."""
        if len(shape) != len(self.image_shape):
            return False
        return all(size in (None, found) for size, found in zip(self.image_shape, shape, strict=True))
