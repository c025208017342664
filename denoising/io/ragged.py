"""Images of different sizes in one file, read one by one: memory does not grow with their number.

NAME.bin holds the pixels of all images one after the other; NAME_index.npy has a row for each image: the offset of its
first byte, height, width, channels, and the position of its type in TYPES.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.batching import batches
from denoising.errors import DamagedFileError
from denoising.images import Stored, as_float
from denoising.io.arrays import open_array

TYPES = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))
MAX_VALUES = 2**20  # in a batch of images, where there are several
OFFSET, HEIGHT, WIDTH, CHANNELS, TYPE = range(5)


class RaggedImages:
    """Stored images of any sizes and of one number of channels.

    An index gives an image (H, W, C); a slice or several indices give a stack (N, H, W, C) of images of equal size. All
    come as `dtype`; without it, as the smallest type that holds every image exactly.
    """

    def __init__(self, path: Path, index: NDArray[np.int64], dtype: np.dtype[Any] | None = None) -> None:
        self._path, self._index = path, index
        self.shapes = index[:, HEIGHT : CHANNELS + 1]
        self.dtype = dtype or TYPES[int(index[:, TYPE].max())]

    @classmethod
    def open(cls, path: Path) -> "RaggedImages":
        """Return the images in NAME.bin; raises `DamagedFileError` when it is missing or truncated."""
        index = np.array(open_array(path.with_name(f"{path.stem}_index.npy")))
        valid = index.ndim == 2 and index.shape[1] == TYPE + 1 and index.dtype == np.int64 and len(index) > 0
        if not valid or index.min() < 0 or index[:, TYPE].max() >= len(TYPES) or len(set(index[:, CHANNELS])) > 1:
            raise DamagedFileError(f"The index of {path} is damaged.")
        sizes = index[:, HEIGHT] * index[:, WIDTH] * index[:, CHANNELS] * [TYPES[of].itemsize for of in index[:, TYPE]]
        ends = np.cumsum(sizes)
        if not path.is_file() or path.stat().st_size != ends[-1] or (index[:, OFFSET] != ends - sizes).any():
            raise DamagedFileError(f"{path} is missing, truncated, or does not fit its index.")
        return cls(path, index)

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, key: Any) -> Stored:
        chosen = np.arange(len(self))[key]
        if chosen.ndim == 0:
            return self.rows(int(chosen), 0, int(self._index[chosen, HEIGHT]))
        return np.stack([self[int(one)] for one in chosen])

    def as_float(self) -> "RaggedImages":
        """Return the same images, read as float32 in [0, 1]."""
        return RaggedImages(self._path, self._index, np.dtype(np.float32))

    def rows(self, number: int, first: int, last: int) -> Stored:
        """Return the rows from `first` up to, but without, `last` of an image, (rows, W, C)."""
        offset, _, width, channels, kind = (int(of) for of in self._index[number])
        stored = np.empty((last - first, width, channels), TYPES[kind])
        with self._path.open("rb", buffering=0) as file:
            file.seek(offset + first * width * channels * stored.itemsize)
            if file.readinto(stored.reshape(-1).view(np.uint8).data) != stored.nbytes:
                raise DamagedFileError(f"{self._path} was truncated while it was read.")
        return _as_type(stored, self.dtype)


StoredImages = Stored | RaggedImages  # (N, H, W, C); the images of the second may differ in H and W


def shapes_of(images: StoredImages) -> NDArray[np.int64]:
    """Return the (H, W, C) of each image, (N, 3)."""
    if isinstance(images, RaggedImages):
        return images.shapes
    return np.broadcast_to(np.array(images.shape[1:]), (len(images), len(images.shape) - 1))


def read_rows(images: StoredImages, number: int, first: int, last: int) -> Stored:
    """Return some rows of an image, (rows, W, C), reading no more than these."""
    return images.rows(number, first, last) if isinstance(images, RaggedImages) else images[number, first:last]


def image_batches(images: StoredImages, *, size: int) -> Iterator[NDArray[np.int64] | slice]:
    """Yield indices that cover all images once, each of images of one size: at most `size`, and of bounded memory."""
    if not isinstance(images, RaggedImages):
        yield from batches(len(images), size=size)
        return
    shapes, group = np.unique(images.shapes, axis=0, return_inverse=True)
    for number, shape in enumerate(shapes):
        members = np.flatnonzero(group.reshape(-1) == number)
        for part in batches(len(members), size=max(1, min(size, MAX_VALUES // int(shape.prod())))):
            yield members[part]


class RaggedWriter:
    """Appends images to a file that `RaggedImages` reads."""

    def __init__(self, path: Path) -> None:
        self._file, self._path = path.open("wb"), path
        self._rows: list[tuple[int, ...]] = []
        self._end = 0

    def append(self, image: Stored) -> None:
        """Append an image (H, W, C) of one of TYPES."""
        self._file.write(np.ascontiguousarray(image).data)
        self._rows.append((self._end, *image.shape, TYPES.index(image.dtype)))
        self._end += image.nbytes

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        np.save(self._path.with_name(f"{self._path.stem}_index.npy"), np.array(self._rows, np.int64).reshape(-1, 5))


@contextmanager
def writing_ragged(path: Path) -> Iterator[RaggedWriter]:
    """Yield a writer of NAME.bin and NAME_index.npy."""
    writer = RaggedWriter(path)
    try:
        yield writer
    finally:
        writer.close()


def _as_type(image: Stored, dtype: np.dtype[Any]) -> Stored:
    """Return an image in a larger type, exactly."""
    if image.dtype == dtype:
        return image
    return as_float(image) if dtype == np.float32 else image.astype(np.uint16) * np.uint16(257)
