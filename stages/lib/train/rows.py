"""Reads images from a mapped file without mapping them: mapped pages would stay in this process' memory."""

import mmap
import os
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stages.lib.failure import Mistake

Pixel = TypeVar("Pixel", bound=np.generic)


def read_rows(mapped: NDArray[Pixel], indices: NDArray[np.int64]) -> NDArray[Pixel]:
    """Return the chosen rows of an array; of a whole mapped .npy file they are read from the file itself.

    An epoch in random order touches every page of the file, and all of them would count as memory at once.
    """
    if not isinstance(mapped, np.memmap) or not _is_whole(mapped) or not hasattr(os, "preadv"):
        return mapped[indices]
    rows = np.empty((len(indices), *mapped.shape[1:]), mapped.dtype)
    with Path(str(mapped.filename)).open("rb", buffering=0) as file:
        for row, index in zip(rows, indices.tolist(), strict=True):
            if os.preadv(file.fileno(), [row], mapped.offset + index * row.nbytes) != row.nbytes:
                raise Mistake(f"{mapped.filename} was cut short while it was read. `dvc repro` builds it again.")
    return rows


def _is_whole(mapped: NDArray[Pixel]) -> bool:
    return isinstance(mapped.base, mmap.mmap) and mapped.flags.c_contiguous
