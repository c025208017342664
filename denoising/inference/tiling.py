"""Applies a function to images of any size: in tiles that overlap, so that memory is bounded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from denoising.errors import DenoisingError
from denoising.images import Stored

TILE = 896  # pixels
Apply = Callable[[Stored], Stored]  # of images (N, H, W, C) whose sides are multiples of a stride


@dataclass(frozen=True)
class Tiling:
    """How images are cut: tiles of `tile` pixels that share `overlap` pixels with each neighbour.

    Both are rounded up to multiples of 2 `stride`, so that every tile lies on the grid of the network.
    """

    stride: int
    tile: int
    overlap: int

    def __post_init__(self) -> None:
        if self.tile < 1 or self.overlap < 0:
            raise DenoisingError(f"Expected a tile of 1 pixel or more, found {self.tile} with overlap {self.overlap}.")

    def spans(self, length: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield for each tile along one side where it begins and ends, and where the part that is kept does."""
        unit = 2 * self.stride
        overlap = -(-self.overlap // unit) * unit
        tile = max(-(-self.tile // unit) * unit, 2 * overlap)
        if length <= tile:
            yield 0, length, 0, length
            return
        for start in range(0, length - overlap, tile - overlap):
            end = min(start + tile, length)
            yield start, end, start + overlap // 2 if start else 0, length if end == length else end - overlap // 2
            if end == length:
                return


def apply_in_tiles(
    apply: Apply,
    images: Stored,
    tiling: Tiling,
    *,
    out: Stored | None = None,
    on_pixels: Callable[[int], object] = lambda count: None,
) -> Stored:
    """Return what `apply` makes of images (N, H, W, C), float32, or in `out`, whose type it must then return.

    Tiles at the lower and right edge are padded by reflection to multiples of the stride. Of each tile only the middle
    is kept. `on_pixels` is told of every tile how many pixels of it are kept.
    """
    count, height, width = images.shape[:3]
    result = np.empty(images.shape, np.float32) if out is None else out
    for top, bottom, first_row, last_row in tiling.spans(height):
        for left, right, first_column, last_column in tiling.spans(width):
            part = apply(_padded(images[:, top:bottom, left:right], tiling.stride))
            kept = part[:, first_row - top : last_row - top, first_column - left : last_column - left]
            result[:, first_row:last_row, first_column:last_column] = kept
            on_pixels(count * kept.shape[1] * kept.shape[2])
    return result


def _padded(images: Stored, stride: int) -> Stored:
    height, width = images.shape[1:3]
    margins = ((0, 0), (0, -height % stride), (0, -width % stride), (0, 0))
    if not any(after for _, after in margins):
        return images
    # By reflection, or, where an image is too small for that, by its symmetric continuation.
    return np.pad(images, margins, mode="reflect" if min(height, width) > stride else "symmetric")
