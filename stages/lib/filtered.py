"""The filtered images on disk, in data/filtered/: what the classical filters and two trivial answers make of a split.

For each of the splits validation and test, SPLIT_indices.npy says which images of the split were filtered, (n,), and
SPLIT_METHOD.npy holds what became of them, float32 (n, H, W, C). SPLIT_levels.csv scores the best filter, image by
image, at every level of noise. about.json says how each filter was set, best first.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.dataset import open_array
from stages.lib.failure import Mistake
from stages.lib.images import Images
from stages.lib.tables import read_summary, read_table

FOLDER = Path("data/filtered")
SPLITS = ("validation", "test")
TRIVIAL = ("mean_image", "black")


@dataclass(frozen=True)
class Filtered:
    """Which images of a split were filtered, and what each method made of them, memory-mapped."""

    indices: NDArray[np.int64]
    images: dict[str, Images]
    levels: dict[str, NDArray[Any]]
    about: dict[str, Any]


def open_filtered(split: str, *, image_shape: tuple[int, ...], folder: Path = FOLDER) -> Filtered:
    """Return what was filtered of a split; raise Mistake if it is missing, cut short or does not fit together."""
    about = read_summary(folder / "about.json")
    indices = np.array(open_array(folder / f"{split}_indices.npy"))
    images = {name: open_array(folder / f"{split}_{name}.npy") for name in (*about["methods"], *TRIVIAL)}
    for name, stack in images.items():
        if stack.dtype != np.float32 or stack.shape != (len(indices), *image_shape):
            raise Mistake(f"{folder}/{split}_{name}.npy does not fit the {split} split. `dvc repro` builds it again.")
    return Filtered(indices, images, read_table(folder / f"{split}_levels.csv"), about)


def evenly_spaced(length: int, *, count: int) -> NDArray[np.int64]:
    """Return at most `count` of the indices below `length`, spread over all of them: MNIST's last digits are harder."""
    count = min(count, length)
    return np.arange(count) * length // count
