"""Reads images of a memory-mapped file without mapping its pages, which would count as memory of this process."""

import mmap
import os
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DamagedFileError

Pixel = TypeVar("Pixel", bound=np.generic)


def read_images(mapped: NDArray[Pixel], indices: NDArray[np.int64]) -> NDArray[Pixel]:
    """Return the chosen images of an array; those of a whole memory-mapped .npy file are read from the file itself.

    An epoch in random order touches every page of the file, and all of them would count as memory at once.

    Raises:
        DamagedFileError: when the file is truncated while it is read.
    """
    if not isinstance(mapped, np.memmap) or not _is_whole(mapped) or not hasattr(os, "preadv"):
        return mapped[indices]
    images = np.empty((len(indices), *mapped.shape[1:]), mapped.dtype)
    with Path(str(mapped.filename)).open("rb", buffering=0) as file:
        for image, index in zip(images, indices.tolist(), strict=True):
            if os.preadv(file.fileno(), [image], mapped.offset + index * image.nbytes) != image.nbytes:
                raise DamagedFileError(f"{mapped.filename} was truncated while it was read.")
    return images


def _is_whole(mapped: NDArray[Pixel]) -> bool:
    return isinstance(mapped.base, mmap.mmap) and mapped.flags.c_contiguous
