"""Folders of images for tests, and what becomes of them."""

from pathlib import Path

import numpy as np
from PIL import Image

from denoising.datasets.folder import ImageFile, index_folder
from denoising.datasets.folder_splits import FolderOptions, split_files
from denoising.datasets.image_splits import ImageSplitWriter

OPTIONS = FolderOptions(test_fraction=0.2, validation_fraction=0.25, group_by="none", labels="none", seed=1)
Splits = dict[str, list[ImageFile]]


def image(path: Path, *, seed: int, size: tuple[int, int] = (24, 32)) -> Path:
    """Write an image of random pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, size, np.uint8)).save(path)
    return path


def split(clean: Path, noisy: Path | None = None, **changes: object) -> Splits:
    """Return the splits of a folder, with options other than the usual ones."""
    options = FolderOptions(**{**vars(OPTIONS), **changes})
    digests = {"clean": index_folder(clean), "noisy": index_folder(noisy) if noisy else {}}
    return split_files(clean, noisy or clean, digests, options)


def names(splits: Splits) -> dict[str, list[str]]:
    """Return the names of the files of each split."""
    return {name: [file.name for file in files] for name, files in splits.items()}


def write(folder: Path, splits: Splits, *, color_mode: str = "grayscale") -> ImageSplitWriter:
    """Write the splits of image files as prepare does."""
    for part in ("clean", "noisy"):
        (folder / part).mkdir(parents=True)
    classes = sorted({file.class_name for of in splits.values() for file in of if file.class_name is not None})
    writer = ImageSplitWriter(folder, color_mode=color_mode, white=None, classes=classes)
    for name, files in splits.items():
        writer.write(name, files, on_file=lambda: None)
    return writer
