"""Compares the content of photographs: parts that two of them share, and near duplicates.

A photograph that is cropped, moved or cut into pieces shares exact blocks of pixels; one that is scaled or compressed
again looks alike when it is small.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from denoising.images import Stored, as_float, as_sixteen_bit
from denoising.io.splits import StoredImages

BLOCK = 16  # pixels a side
MIN_VALUES = 24  # different ones in a block: flat areas are alike by chance
NEAR = 6  # of 64 bits that may differ
MIN_CONTRAST = 0.05  # of the small copy: without structure, images are alike by chance
Hashes = NDArray[np.uint64]


def compare_contents(measured: StoredImages, learned_from: Sequence[StoredImages]) -> dict[str, int]:
    """Return how many measured images share a block of 16x16 pixels with one learned from, and how many look like one.

    Blocks are compared at every position, and likeness in all eight orientations, by the signs of differences of
    neighbouring pixels of a copy of 9x8 pixels (N. Krawetz, Kind of like that, 2013).
    """
    blocks = [_grid_hashes(measured[number]) for number in range(len(measured))]
    known = np.unique(np.concatenate(blocks))
    own = [_signature(_grey(measured[number])) for number in range(len(measured))]
    positions = [number for number, one in enumerate(own) if one is not None]
    signatures = np.array([one for one in own if one is not None], np.uint64)
    found, near = np.zeros(len(known), bool), np.zeros(len(measured), bool)
    for images in learned_from:
        for number in range(len(images)):
            image = images[number]
            found |= _contained(known, _all_hashes(image))
            others = [one for one in map(_signature, _orientations(_grey(image))) if one is not None]
            if others and len(signatures):
                distances = np.bitwise_count(signatures[:, np.newaxis] ^ np.array(others, np.uint64))
                near[positions] |= distances.min(axis=1) <= NEAR
    shared = known[found]
    return {
        "images_with_shared_blocks": sum(bool(np.isin(of, shared).any()) for of in blocks),
        "near_duplicates": int(near.sum()),
    }


def _contained(known: Hashes, hashes: Hashes) -> NDArray[np.bool_]:
    """Say which of the sorted known hashes are among others."""
    contained = np.zeros(len(known), bool)
    if len(known):
        places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        contained[places[known[places] == hashes]] = True
    return contained


def _all_hashes(image: Stored) -> Hashes:
    """Return a polynomial hash, modulo 2**64, of the block at every position of the first channel."""
    values = as_sixteen_bit(image[..., 0])
    hashes = _rolling(values.astype(np.uint64) + np.uint64(1), np.uint64(0x9E3779B97F4A7C15))
    return _rolling(hashes.T, np.uint64(0xC2B2AE3D27D4EB4F)).T.reshape(-1)


def _rolling(values: Hashes, factor: np.uint64) -> Hashes:
    """Return for every 16 consecutive values of a row the sum of them times the powers of `factor`."""
    width = values.shape[1] - BLOCK + 1
    total = np.zeros((len(values), max(width, 0)), np.uint64)
    for offset in range(BLOCK):
        total = total * factor + values[:, offset : offset + width]
    return total


def _grid_hashes(image: Stored) -> Hashes:
    """Return the hashes of the blocks on a grid of 16 pixels that are not flat."""
    height, width = (side // BLOCK for side in image.shape[:2])
    hashes = _all_hashes(image).reshape(image.shape[0] - BLOCK + 1, -1)[::BLOCK, ::BLOCK][:height, :width]
    blocks = image[: height * BLOCK, : width * BLOCK, 0].reshape(height, BLOCK, width, BLOCK).swapaxes(1, 2)
    ordered = np.sort(blocks.reshape(height, width, -1), axis=-1)
    different = 1 + np.count_nonzero(np.diff(ordered, axis=-1), axis=-1)
    return hashes[different >= MIN_VALUES]


def _grey(image: Stored) -> NDArray[np.float32]:
    return as_float(image).mean(axis=-1)


def _signature(grey: NDArray[np.float32]) -> np.uint64 | None:
    """Return the signature of an image; None where it is nearly flat."""
    rows = [part.mean(axis=0) for part in np.array_split(grey, 8, axis=0)]
    small = np.array([[part.mean() for part in np.array_split(row, 9)] for row in rows])
    if np.ptp(small) < MIN_CONTRAST:
        return None
    bits = (small[:, 1:] > small[:, :-1]).reshape(-1)
    return np.packbits(bits).view(np.uint64)[0]


def _orientations(grey: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for turns in range(4):
        turned = np.rot90(grey, turns)
        yield from (turned, turned[:, ::-1])
