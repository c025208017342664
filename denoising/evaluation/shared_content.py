"""Compares the content of photographs: parts that two of them share, and near duplicates.

A photograph that is cropped, moved or cut into pieces shares exact blocks of pixels; one that is scaled or compressed
again looks alike when it is small.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from denoising.images import Stored, as_float, as_sixteen_bit
from denoising.io.ragged import StoredImages

BLOCK = 16  # pixels a side
MIN_VALUES = 24  # different ones in a block: flat areas are alike by chance
SMALL, MIN_CORRELATION = 16, 0.98  # the side of a small copy, and from where on two images look alike
MIN_CONTRAST = 0.05  # of the small copy: without structure, images are alike by chance
Hashes = NDArray[np.uint64]


def compare_contents(measured: StoredImages, learned_from: Sequence[StoredImages]) -> dict[str, int]:
    """Return how many measured images share a block of 16x16 pixels with one learned from, and how many look like one.

    Blocks are compared at every position, and likeness in all eight orientations, by the correlation of copies of 16x16
    pixels. Different photographs of BSDS500 reach 0.95.
    """
    blocks = [_grid_hashes(measured[number]) for number in range(len(measured))]
    known = np.unique(np.concatenate(blocks))
    copies = np.stack([_small_copy(_grey(measured[number])) for number in range(len(measured))])
    found, near = np.zeros(len(known), bool), np.zeros(len(measured), bool)
    for images in learned_from:
        for number in range(len(images)):
            image = images[number]
            found |= _contained(known, _all_hashes(image))
            turned = np.stack([_small_copy(one) for one in _orientations(_grey(image))])
            near |= (copies @ turned.T).max(axis=1) >= MIN_CORRELATION
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


def _small_copy(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a copy of 16x16 pixels, of mean 0 and length 1, so that products are correlations; zeros if it is flat."""
    rows = [part.mean(axis=0) for part in np.array_split(grey.astype(np.float64), SMALL)]
    small = np.array([[part.mean() for part in np.array_split(row, SMALL)] for row in rows])
    centred = (small - small.mean()).reshape(-1)
    return centred / np.linalg.norm(centred) if np.ptp(small) >= MIN_CONTRAST else np.zeros_like(centred)


def _orientations(grey: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for turns in range(4):
        turned = np.rot90(grey, turns)
        yield from (turned, turned[:, ::-1])
