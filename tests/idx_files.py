"""IDX files of data sets for tests: made up, but in the right shapes."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from denoising.datasets import idx
from denoising.datasets.registry import PARTS, REGISTRY, SHAPES, file_name


def fill(folder: Path, *, value: int = 7, **replaced: np.ndarray) -> None:
    """Write the four files of a data set in the right shapes: two greys, and all labels in turn."""
    folder.mkdir(parents=True)
    for part in PARTS:
        array = np.full(SHAPES[part], value, np.uint8)
        if part.endswith("labels"):
            array = (np.arange(len(array)) % 10).astype(np.uint8)
        else:
            array[:, 0] = 0
        array = replaced.get(part.replace("-", "_"), array)
        (folder / file_name(part)).write_bytes(gzip.compress(idx.header(array.shape) + array.tobytes(), 1))


def keras_copy(cache: Path) -> Path:
    """Return where Keras would keep its copy of MNIST, beside the hidden `cache`."""
    kept = cache.parent / "keras" / "datasets" / "mnist.npz"
    kept.parent.mkdir(parents=True)
    return kept


def publish(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the files in `folder` for the ones that the authors of KMNIST published."""
    for part in PARTS:
        digest = hashlib.md5((folder / file_name(part)).read_bytes()).hexdigest()
        monkeypatch.setitem(REGISTRY["kmnist"].md5, part, digest)
