"""Arrays on disk: memory-mapped .npy files."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DamagedFileError


def create_array(path: Path, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """Return a new memory-mapped .npy file to write into; its disk space is reserved where the system can do that."""
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):  # a full disk is then an error here, not a crash (SIGBUS) at a later write
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def open_array(path: Path) -> NDArray[Any]:
    """Return a .npy file, mapped read-only; raises `DamagedFileError` when it is missing or damaged."""
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError as error:
        raise DamagedFileError(f"{path} is missing.") from error
    except Exception as error:  # NumPy parses the header as Python source, and raises whatever its parser does
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DamagedFileError(f"{path} cannot be read as an array: {reason}.") from error
