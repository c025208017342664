"""A network that was loaded to be applied, by whatever library runs it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from denoising.images import Images
from denoising.inference.tiling import OVERLAP, TILE, Tiling


@dataclass(frozen=True)
class Network:
    """A network that denoises images.

    `image_shape` is the (H, W, C) that it takes; None stands for any size that is a multiple of `stride`. `apply` maps
    noisy to denoised images (N, H, W, C), float32. `card` says what the file tells of it.
    """

    name: str
    image_shape: tuple[int | None, ...]
    stride: int
    apply: Callable[[Images], Images]
    parameter_count: int
    card: dict[str, str] = field(default_factory=dict)

    @property
    def has_any_size(self) -> bool:
        """Say whether it takes images of any size."""
        return None in self.image_shape[:2]

    def tiling(self, tile: int = TILE, overlap: int = OVERLAP) -> Tiling:
        """Return how images are cut for it: not at all where it takes a single size."""
        return Tiling(self.stride, tile, overlap) if self.has_any_size else Tiling(1, sys.maxsize, 0)

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Say whether it takes images of a shape (H, W, C), padded where that is needed."""
        if len(shape) != len(self.image_shape):
            return False
        return all(size in (None, found) for size, found in zip(self.image_shape, shape, strict=True))
