"""Opens a split of the prepared data with its noisy images, which are stored, or drawn when they are used."""

from pathlib import Path
from typing import Any

import numpy as np

from denoising.errors import DamagedFileError
from denoising.images import Images, Stored, as_float
from denoising.io.ragged import RaggedImages, StoredImages, shapes_of
from denoising.io.splits import (
    SPLIT_NAMES,
    DatasetInfo,
    Split,
    open_clean_split,
    open_images,
    read_dataset_info,
)
from denoising.noise.models import Noise, add_noise

RECORDED = "recorded"  # the kind of noise that was not made


def open_split(folder: Path, name: str) -> Split:
    """Return a split; only what is used is read from disk.

    Raises:
        DamagedFileError: when a file is missing, truncated, or inconsistent with the others.
    """
    part = open_clean_split(folder, name)
    info = read_dataset_info(folder)
    if not info.noise_stored:
        drawn = DrawnNoise(part.clean, prepared_noise(info), seed=info.noise_seed, key=(SPLIT_NAMES.index(name),))
        return Split(name, part.clean, part.labels, drawn, files=part.files, groups=part.groups)
    noisy = open_images(folder / "noisy", name)
    if isinstance(noisy, RaggedImages):
        noisy = noisy.as_float()
    if noisy.dtype != np.float32 or not np.array_equal(shapes_of(noisy), shapes_of(part.clean)):
        found = f"clean {_described(part.clean)}, noisy {_described(noisy)}"
        raise DamagedFileError(f"The images of the {name} split in {folder} do not match: {found}.")
    return Split(name, part.clean, part.labels, noisy, files=part.files, groups=part.groups)


def prepared_noise(info: DatasetInfo) -> Noise:
    """Return the noise of a prepared data set."""
    return Noise(info.noise_kind, info.noise_factor or 0.0, clip=info.noise_clip)


class DrawnNoise:
    """Noisy versions of images, made when they are read: those of (seed, key, index) for each index."""

    def __init__(self, clean: StoredImages, noise: Noise, *, seed: int, key: tuple[int, ...]) -> None:
        self._clean, self._noise, self._seed, self._key = clean, noise, seed, key

    def __len__(self) -> int:
        return len(self._clean)

    def __getitem__(self, key: Any) -> Images:
        chosen = np.arange(len(self))[key]
        if chosen.ndim == 0:
            return self._draw(self._clean[int(chosen)][np.newaxis], int(chosen))[0]
        if isinstance(self._clean, np.ndarray) and len(chosen) and (np.diff(chosen) == 1).all():
            return self._draw(self._clean[chosen[0] : chosen[-1] + 1], int(chosen[0]))
        return np.stack([self[int(one)] for one in chosen])

    def _draw(self, clean: Stored, first: int) -> Images:
        return add_noise(as_float(clean), self._noise, seed=self._seed, key=self._key, first_index=first)


def _described(images: StoredImages) -> str:
    return f"{len(images)} images" if isinstance(images, RaggedImages) else f"{images.dtype} {images.shape}"
