"""Arrays that may be larger than the memory: they lie in a file that vanishes with them."""

import math
import mmap
import os
import tempfile
import weakref
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

IN_MEMORY = 2**24  # bytes; what is smaller lies in memory


class TemporaryArrays:
    """Makes arrays in a folder. Give the pages of large ones back with `release` after they were read or written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._maps: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()

    def allocate(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array of undefined values; raises `OSError` where the disk has no room for it."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        return np.empty(shape, dtype) if size <= IN_MEMORY else np.ndarray(shape, dtype, buffer=self._map(size))

    def read(self, file: BinaryIO) -> bytes | mmap.mmap:
        """Return the content of an open file, a copy of it where it is large: the file itself may change meanwhile."""
        size = os.fstat(file.fileno()).st_size
        if size <= IN_MEMORY:
            return file.read()
        mapped = self._map(size)
        if file.readinto(mapped) != size:  # type: ignore[attr-defined]
            raise OSError(None, "the file became shorter while it was read")
        return mapped

    def release(self) -> None:
        """Let the system take the memory of all arrays for something else; their values stay in the files."""
        for mapped in self._maps:
            if hasattr(mmap, "MADV_DONTNEED"):
                mapped.madvise(mmap.MADV_DONTNEED)

    def _map(self, size: int) -> mmap.mmap:
        with tempfile.TemporaryFile(dir=self._folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)  # else a full disk would end the process by a signal
            else:
                file.truncate(size)
            mapped = mmap.mmap(file.fileno(), size)
        self._maps.add(mapped)
        return mapped
