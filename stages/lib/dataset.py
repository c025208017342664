"""The prepared data on disk: three splits of clean and noisy images, read and written by memory mapping.

A folder holds, for each split, NAME_clean.npy (uint8, 0 to 255), NAME_noisy.npy (float32 in [0, 1]), both
(N, H, W, C), and NAME_labels.npy (uint8, (N,)); and about.json, which says what they are.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.failure import Mistake
from stages.lib.images import Bytes, Images
from stages.lib.tables import read_summary

FOLDER = Path("data/prepared")
SPLITS = ("train", "validation", "test")
_REBUILD = "`dvc repro` builds it again."


@dataclass(frozen=True)
class Split:
    """Clean images (uint8), noisy ones (float32) and labels; memory-mapped, so that only what is used is read."""

    clean: Bytes
    noisy: Images
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.clean)

    @property
    def image_shape(self) -> tuple[int, ...]:
        return self.clean.shape[1:]


def open_split(name: str, *, folder: Path = FOLDER) -> Split:
    """Return a split, mapped read-only; raise Mistake if it is missing, cut short or does not fit together."""
    clean, labels = open_clean(name, folder=folder)
    noisy = open_array(folder / f"{name}_noisy.npy")
    if noisy.dtype != np.float32 or noisy.shape != clean.shape:
        found = f"clean {clean.dtype} {clean.shape}, noisy {noisy.dtype} {noisy.shape}"
        raise Mistake(f"The {name} split in {folder} does not fit together ({found}). {_REBUILD}")
    return Split(clean, noisy, labels)


def open_clean(name: str, *, folder: Path = FOLDER) -> tuple[Bytes, NDArray[np.uint8]]:
    """Return the clean images and the labels of a split, whatever its noise; raise Mistake as `open_split` does."""
    clean, labels = (open_array(folder / f"{name}_{part}.npy") for part in ("clean", "labels"))
    if clean.ndim != 4 or clean.dtype != np.uint8 or labels.shape != clean.shape[:1] or not len(clean):
        found = f"clean {clean.dtype} {clean.shape}, labels {labels.dtype} {labels.shape}"
        raise Mistake(f"The {name} split in {folder} does not fit together ({found}). {_REBUILD}")
    return clean, labels


def read_about(*, folder: Path = FOLDER) -> dict[str, Any]:
    """Return what prepare noted about the data: its source, its noise and its splits."""
    return read_summary(folder / "about.json")


def create_array(path: Path, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """Return a new memory-mapped .npy file to write into; its disk space is claimed at once where the system can."""
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):  # a full disk is then an error here, not a crash (SIGBUS) at a later write
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def open_array(path: Path) -> NDArray[Any]:
    """Return a .npy file, mapped read-only; raise Mistake if it is missing or damaged."""
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError) as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
        raise Mistake(f"{path} {reason}. {_REBUILD}") from error
    return array
