"""The results of the classical baselines on disk: what each filter, and each trivial baseline, makes of a split.

For each of the splits validation and test, SPLIT_indices.npy holds the indices of the filtered images, (n,), and
SPLIT_METHOD.npy the filtered images, float32 (n, H, W, C), or SPLIT_METHOD.bin, if they differ in size; trivial
baselines are for images of one size only. SPLIT_noise_sweep.csv scores the best filter per image at every noise factor;
it has no rows for recorded noise. about.json holds the chosen setting of each filter, best first.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DamagedFileError
from denoising.io.arrays import open_array
from denoising.io.ragged import shapes_of
from denoising.io.splits import open_images
from denoising.io.tables import Columns, read_summary, read_table

FILTERED_SPLITS = ("validation", "test")
TRIVIAL_METHODS = ("mean_image", "black")


@dataclass(frozen=True)
class BaselineResults:
    """The filtered images of a split by method, memory-mapped, and how they were made.

    `indices` (n,) says which images of the split were filtered. `noise_sweep` has a row for each image and noise
    factor. `methods` holds the setting of each filter, the best first.
    """

    indices: NDArray[np.int64]
    images: dict[str, Any]  # StoredImages
    noise_sweep: Columns
    methods: dict[str, Any]
    parameters: dict[str, Any]


def open_baseline_results(folder: Path, split: str, *, image_shape: tuple[int | None, ...]) -> BaselineResults:
    """Return the results for a split.

    Raises:
        DamagedFileError: when a file is missing, truncated, or inconsistent with the others.
    """
    about = read_summary(folder / "about.json")
    is_list = isinstance(about.get("trivial"), list)
    if not isinstance(about.get("methods"), dict) or not is_list or "parameters" not in about:
        raise DamagedFileError(f"{folder}/about.json is incomplete: methods, trivial or parameters are missing.")
    indices = np.array(open_array(folder / f"{split}_indices.npy"))
    images = {name: open_images(folder, f"{split}_{name}") for name in (*about["methods"], *about["trivial"])}
    for name, stack in images.items():
        sizes = zip(shapes_of(stack).T.tolist(), image_shape, strict=True)
        is_right = all(wanted is None or set(found) <= {wanted} for found, wanted in sizes)
        if stack.dtype != np.float32 or len(stack) != len(indices) or not is_right:
            raise DamagedFileError(f"{folder}/{split}_{name} does not match the {split} split.")
    noise_sweep = read_table(folder / f"{split}_noise_sweep.csv")
    return BaselineResults(indices, images, noise_sweep, about["methods"], about["parameters"])


def evenly_spaced(length: int, *, count: int) -> NDArray[np.int64]:
    """Return at most `count` indices below `length`, evenly spaced: the last digits of MNIST are harder to denoise."""
    count = min(count, length)
    return np.arange(count) * length // count
