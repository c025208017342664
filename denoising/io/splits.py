"""The prepared data set on disk: three splits of clean and noisy images, memory-mapped.

A folder holds for each split NAME_clean.npy (uint8, 0 to 255) and NAME_noisy.npy (float32 in [0, 1]), both shaped
(N, H, W, C), NAME_labels.npy (uint8, (N,)), and about.json, which describes them.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DamagedFileError
from denoising.images import Bytes, Images
from denoising.io.tables import read_summary, write_summary

SPLIT_NAMES = ("train", "validation", "test")


@dataclass(frozen=True)
class CleanSplit:
    """Clean images (N, H, W, C) and their labels (N,), both uint8."""

    name: str
    clean: Bytes
    labels: Bytes

    def __len__(self) -> int:
        return len(self.clean)

    @property
    def image_shape(self) -> tuple[int, ...]:
        return self.clean.shape[1:]


@dataclass(frozen=True)
class Split(CleanSplit):
    """A split with noisy versions (float32) of its clean images; only what is used is read from disk."""

    noisy: Images


@dataclass(frozen=True)
class DatasetInfo:
    """What is recorded about a prepared data set.

    `verified` says whether the content is known to be that of the source, by a checksum. `known_duplicates` counts for
    the splits validation and test how many images the source itself repeats.
    """

    source: str
    verified: bool
    noise_kind: str
    noise_factor: float
    noise_seed: int
    known_duplicates: dict[str, int]
    splits: dict[str, Any]
    parameters: dict[str, Any]


def open_split(folder: Path, name: str) -> Split:
    """Return a split, mapped read-only.

    Raises:
        DamagedFileError: when a file is missing, truncated, or inconsistent with the others.
    """
    part = open_clean_split(folder, name)
    noisy = open_array(folder / f"{name}_noisy.npy")
    if noisy.dtype != np.float32 or noisy.shape != part.clean.shape:
        found = f"clean {part.clean.dtype} {part.clean.shape}, noisy {noisy.dtype} {noisy.shape}"
        raise DamagedFileError(f"The arrays of the {name} split in {folder} do not match: {found}.")
    return Split(name, part.clean, part.labels, noisy)


def open_clean_split(folder: Path, name: str) -> CleanSplit:
    """Return the clean images and labels of a split, whatever its noise; raises as `open_split` does."""
    clean, labels = (open_array(folder / f"{name}_{part}.npy") for part in ("clean", "labels"))
    if clean.ndim != 4 or clean.dtype != np.uint8 or labels.shape != clean.shape[:1] or not len(clean):
        found = f"clean {clean.dtype} {clean.shape}, labels {labels.dtype} {labels.shape}"
        raise DamagedFileError(f"The arrays of the {name} split in {folder} do not match: {found}.")
    return CleanSplit(name, clean, labels)


def write_dataset_info(folder: Path, info: DatasetInfo) -> None:
    """Write about.json."""
    about = {
        "source": info.source,
        "verified": info.verified,
        "noise": {"kind": info.noise_kind, "factor": info.noise_factor, "seed": info.noise_seed},
        "repeated": info.known_duplicates,
        "splits": info.splits,
        "parameters": info.parameters,
    }
    write_summary(folder / "about.json", about)


def read_dataset_info(folder: Path) -> DatasetInfo:
    """Return the content of about.json.

    Raises:
        DamagedFileError: when it is missing, damaged or incomplete.
    """
    path = folder / "about.json"
    about = read_summary(path)
    try:
        noise = about["noise"]
        return DatasetInfo(
            about["source"],
            about["verified"],
            noise["kind"],
            noise["factor"],
            noise["seed"],
            about["repeated"],
            about["splits"],
            about["parameters"],
        )
    except KeyError as error:
        raise DamagedFileError(f"{path} is incomplete: {error} is missing.") from error
    except TypeError as error:
        raise DamagedFileError(f"{path} is damaged: {error}.") from error


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
