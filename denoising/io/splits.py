"""The prepared data set on disk: three splits of clean and noisy images, of which only what is used is read.

The folder clean/ holds for each split its images, either NAME.npy (uint8, (N, H, W, C)) or, where they may differ in
size, NAME.bin (`io.ragged`); NAME_labels.npy (uint8, (N,)), if they have labels; and NAME_files.json, the name and the
group of each image, if they came from files. The folder noisy/ holds the noisy images, NAME.npy (float32) or, where
they were recorded and not made, NAME.bin; where there is neither, they are drawn when they are used
(`noise.prepared`).
about.json describes them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DamagedFileError
from denoising.io.arrays import open_array
from denoising.io.ragged import RaggedImages, StoredImages, shapes_of
from denoising.io.tables import read_summary, write_summary

SPLIT_NAMES = ("train", "validation", "test")


@dataclass(frozen=True)
class CleanSplit:
    """Clean images, their labels (N,), if they have any, and the names of their files, if they came from files.

    `groups` (N,) numbers the group of each image, such as a scene or a patient, whose images are not independent. It is
    None where each image is a group of its own.
    """

    name: str
    clean: Any  # StoredImages
    labels: Any  # uint8 (N,), or None
    files: tuple[str, ...] | None = field(default=None, kw_only=True)
    groups: NDArray[np.int64] | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.clean)

    @property
    def is_ragged(self) -> bool:
        """Whether the images came from files of any size: they are read one by one, and shown as crops."""
        return isinstance(self.clean, RaggedImages)

    @property
    def image_shape(self) -> tuple[int | None, ...]:
        """The (H, W, C) of every image; H and W are None where they differ."""
        sizes = (np.unique(of) for of in shapes_of(self.clean).T)
        return tuple(int(of[0]) if len(of) == 1 else None for of in sizes)


@dataclass(frozen=True)
class Split(CleanSplit):
    """A split with noisy versions of its clean images (float32), which support the same indices.

    Of a part of a split, `indices` says which images they are.
    """

    noisy: Any
    indices: NDArray[np.int64] | None = field(default=None, kw_only=True)


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """What is recorded about a prepared data set.

    `verified` says whether the content is known to be that of the source, by a checksum. `known_duplicates` counts for
    the splits validation and test how many images the source itself repeats. `class_names` has the names of the classes
    that labels number, where they are known. `noise_kind` is "recorded" where the noisy
    images were not made from the clean ones, `noise_stored` whether there are files of them.
    """

    source: str
    verified: bool
    noise_kind: str
    noise_factor: float | None
    noise_clip: bool
    noise_seed: int
    known_duplicates: dict[str, int] = field(default_factory=dict)
    splits: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    class_names: list[str] = field(default_factory=list)
    noise_stored: bool = True


def open_clean_split(folder: Path, name: str) -> CleanSplit:
    """Return the clean images of a split with their labels, whatever its noise.

    Raises:
        DamagedFileError: when a file is missing, truncated, or inconsistent with the others.
    """
    clean = open_images(folder / "clean", name)
    labels, files = folder / f"clean/{name}_labels.npy", folder / f"clean/{name}_files.json"
    about = read_summary(files) if files.exists() else {}
    groups = np.array(about.get("groups", []), np.int64)
    split = CleanSplit(
        name,
        clean,
        open_array(labels) if labels.exists() or not isinstance(clean, RaggedImages) else None,
        files=tuple(about["files"]) if about else None,
        groups=groups if len(np.unique(groups)) < len(groups) else None,
    )
    counts = [len(of) for of in (split.labels, split.files, groups if len(groups) else None) if of is not None]
    if any(count != len(clean) for count in counts) or not len(clean):
        found = f"{len(clean)} images, {counts} labels or names"
        raise DamagedFileError(f"The files of the {name} split in {folder} do not match: {found}.")
    return split


def open_images(folder: Path, name: str) -> StoredImages:
    """Return NAME.npy, uint8 or float32 images (N, H, W, C), or NAME.bin, images of any size."""
    if (folder / f"{name}.bin").exists():
        return RaggedImages.open(folder / f"{name}.bin")
    images = open_array(folder / f"{name}.npy")
    if images.ndim != 4 or images.dtype not in (np.uint8, np.float32):
        raise DamagedFileError(f"{folder / name}.npy does not hold images: {images.dtype} {images.shape}.")
    return images


def write_files(folder: Path, name: str, files: list[str], groups: list[str]) -> None:
    """Write the names of the images of a split, and to which group each belongs."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    write_summary(folder / f"clean/{name}_files.json", {"files": files, "groups": [numbers[of] for of in groups]})


def write_dataset_info(folder: Path, info: DatasetInfo) -> None:
    """Write about.json."""
    about = {
        "source": info.source,
        "verified": info.verified,
        "noise": {
            "kind": info.noise_kind,
            "factor": info.noise_factor,
            "clip": info.noise_clip,
            "seed": info.noise_seed,
            "stored": info.noise_stored,
        },
        "repeated": info.known_duplicates,
        "splits": info.splits,
        "parameters": info.parameters,
        **({"class_names": info.class_names} if info.class_names else {}),
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
            source=about["source"],
            verified=about["verified"],
            noise_kind=noise["kind"],
            noise_factor=noise["factor"],
            noise_clip=noise["clip"],
            noise_seed=noise["seed"],
            noise_stored=noise["stored"],
            known_duplicates=about["repeated"],
            splits=about["splits"],
            parameters=about["parameters"],
            class_names=about.get("class_names", []),
        )
    except KeyError as error:
        raise DamagedFileError(f"{path} is incomplete: {error} is missing.") from error
    except TypeError as error:
        raise DamagedFileError(f"{path} is damaged: {error}.") from error
