"""Applies a network to images of any size: in tiles that overlap, so that memory is bounded."""

from collections.abc import Callable, Iterator

import numpy as np

from denoising.images import Images

Network = Callable[[Images], Images]  # of images (N, H, W, C) whose sides are multiples of its stride
TILE, OVERLAP = 512, 64  # pixels; less overlap would change the result visibly


def apply_in_tiles(
    network: Network, images: Images, *, stride: int, tile: int = TILE, overlap: int = OVERLAP
) -> Images:
    """Return what the network makes of images (N, H, W, C).

    Their sides are padded by reflection to multiples of `stride`. Where they are longer than `tile`, tiles that share
    `overlap` pixels with each neighbour are cut, and of each only the middle is kept. Both are rounded to multiples of
    2 `stride`, so that every tile lies on the grid of the network.
    """
    height, width = images.shape[1:3]
    margins = ((0, 0), (0, -height % stride), (0, -width % stride), (0, 0))
    # By reflection, or, where an image is too small for that, by its symmetric continuation.
    padded = np.pad(images, margins, mode="reflect" if min(height, width) > stride else "symmetric")
    tile, overlap = (-(-size // (2 * stride)) * 2 * stride for size in (max(tile, 2 * overlap), overlap))
    result = np.empty(padded.shape, np.float32)
    for top, bottom, first_row, last_row in _spans(padded.shape[1], tile=tile, overlap=overlap):
        for left, right, first_column, last_column in _spans(padded.shape[2], tile=tile, overlap=overlap):
            part = network(padded[:, top:bottom, left:right])
            kept = part[:, first_row - top : last_row - top, first_column - left : last_column - left]
            result[:, first_row:last_row, first_column:last_column] = kept
    return result[:, :height, :width]


def _spans(length: int, *, tile: int, overlap: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield for each tile along one side where it begins and ends, and where the part that is kept does."""
    if length <= tile:
        yield 0, length, 0, length
        return
    for start in range(0, length - overlap, tile - overlap):
        end = min(start + tile, length)
        yield start, end, start + overlap // 2 if start else 0, length if end == length else end - overlap // 2
        if end == length:
            return
