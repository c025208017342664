"""Opens a split of the prepared data with its noisy images, which are stored, or drawn when they are used."""

from pathlib import Path
from typing import Any

import numpy as np

from denoising.errors import DamagedFileError
from denoising.images import Images, as_float
from denoising.io.ragged import RaggedImages, StoredImages, shapes_of
from denoising.io.splits import (
    SPLIT_NAMES,
    DatasetInfo,
    Split,
    open_clean_split,
    open_images,
    read_dataset_info,
)
from denoising.noise.models import Noise, add_indexed_noise

RECORDED = "recorded"  # the kind of noise that was not made


def open_split(folder: Path, name: str) -> Split:
    """Return a split; only what is used is read from disk.

    Raises:
        DamagedFileError: when a file is missing, truncated, or inconsistent with the others.
    """
    part = open_clean_split(folder, name)
    info = read_dataset_info(folder)
    if not info.noise_stored:
        noise = prepared_noise(info)
        if noise is None:
            raise DamagedFileError(f"The recorded noisy images of {folder} are not stored.")
        drawn = DrawnNoise(part.clean, noise, seed=info.noise_seed, key=(SPLIT_NAMES.index(name),))
        return Split(name, part.clean, part.labels, drawn, files=part.files, groups=part.groups)
    noisy = open_images(folder / "noisy", name)
    if isinstance(noisy, RaggedImages):
        noisy = noisy.as_float()
    if noisy.dtype != np.float32 or not np.array_equal(shapes_of(noisy), shapes_of(part.clean)):
        found = f"clean {_described(part.clean)}, noisy {_described(noisy)}"
        raise DamagedFileError(f"The images of the {name} split in {folder} do not match: {found}.")
    return Split(name, part.clean, part.labels, noisy, files=part.files, groups=part.groups)


def prepared_noise(info: DatasetInfo) -> Noise | None:
    """Return the noise that was added to a prepared data set; none where the noisy images were recorded."""
    if info.noise_kind == RECORDED:
        return None
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
            return self[chosen[np.newaxis]][0]
        is_array = isinstance(self._clean, np.ndarray)
        clean = self._clean[key] if is_array else np.stack([self._clean[int(one)] for one in chosen])
        return add_indexed_noise(as_float(clean), self._noise, seed=self._seed, key=self._key, indices=chosen)


def _described(images: StoredImages) -> str:
    return f"{len(images)} images" if isinstance(images, RaggedImages) else f"{images.dtype} {images.shape}"
