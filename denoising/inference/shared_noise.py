"""Says whether the channels of an image have their noise in common, and chooses the bundled network for that."""

from itertools import combinations, product

import numpy as np

from denoising.images import Stored
from denoising.inference.networks import GRAY, network_for

BLOCK, WINDOW, WINDOWS = 8, 64, 8  # pixels, pixels, and windows along a side
FLATTEST = 4  # one block in so many is used, where the noise is not hidden by texture
# Measured on photographs: 0.72 to 1 where noise is shared, below 0.7 for white noise of sigma 15, 0.2 without JPEG.
SHARED = 0.7


def network_for_image(image: Stored) -> str:
    """Return the name of the bundled network for an image (H, W, 1 or 3), unless another is chosen."""
    channels = image.shape[-1]
    return GRAY if channels == 3 and shares_noise(image) else network_for(channels)


def shares_noise(image: Stored) -> bool:
    """Return whether the channels of an image (H, W, 3) have their noise in common.

    They do in a grey picture that is stored in colour, and where colours have a lower resolution than brightness, as in
    most JPEG files: the fine noise is then the same in all channels, which a network for colour images takes for
    detail. The correlation between channels is that of diagonal differences, in the blocks that have the least.
    """
    if min(image.shape[:2]) <= BLOCK:
        return bool((image == image[..., :1]).all())
    details = [
        window[:-1, :-1] - window[1:, :-1] - window[:-1, 1:] + window[1:, 1:]
        for window in (part.astype(np.float32) for part in _windows(image))
    ]
    blocks = np.concatenate([_blocks(detail) for detail in details])  # (N, pixels, 3)
    if (blocks == blocks[..., :1]).all():
        return True
    energy = np.square(blocks).sum(axis=1)  # (N, 3)
    lively = energy.all(axis=1)  # not margins and burnt-out skies
    if not lively.any():
        return False
    order = np.argsort(energy[lively].sum(axis=1), kind="stable")
    flattest = blocks[lively][order[: -(-len(order) // FLATTEST)]].reshape(-1, 3)
    correlation = np.corrcoef(flattest, rowvar=False)
    return min(correlation[pair] for pair in combinations(range(3), 2)) > SHARED


def _windows(image: Stored) -> list[Stored]:
    """Return parts of an image that lie evenly over it, all of it where it is small."""
    places = [
        np.unique(np.linspace(0, max(0, side - WINDOW), min(WINDOWS, -(-side // WINDOW))).astype(int))
        for side in image.shape[:2]
    ]
    return [image[row : row + WINDOW, column : column + WINDOW] for row, column in product(*places)]


def _blocks(detail: np.ndarray) -> np.ndarray:
    """Return the whole blocks of a window (H, W, 3) as (N, pixels, 3)."""
    height, width = (side // BLOCK * BLOCK for side in detail.shape[:2])
    cut = detail[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
    return cut.swapaxes(1, 2).reshape(-1, BLOCK * BLOCK, 3)
