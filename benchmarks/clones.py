"""Clones the project, and gives a clone data of a chosen size and chosen parameters."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from denoising.batching import batches
from denoising.images import Bytes, as_float
from denoising.io.splits import DatasetInfo, create_array, write_dataset_info
from denoising.noise.models import Noise, add_noise
from stages.paths import PARAMS, PREPARED

NOISE = Noise("gaussian", 0.5)
CHUNK = 2_000  # images in memory at a time


def clone(folder: Path) -> Path:
    """Clone what is committed here, and return the clone."""
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    return folder


def set_parameters(checkout: Path, section: str, changes: Mapping[str, Any], *, of: Path) -> None:
    """Give the checkout the params.yaml of the folder `of`, with changes to one section."""
    text = (of / PARAMS).read_text(encoding="utf-8")
    start = text.index(f"{section}:\n")
    for name, value in changes.items():
        head, rest = text[:start], text[start:]
        rest, found = re.subn(rf"^(  {name}:) (\[.*\]|\S+)", rf"\1 {value}", rest, count=1, flags=re.MULTILINE)
        if not found:
            raise ValueError(f"{section}.{name} is not a parameter.")
        text = head + rest
    (checkout / PARAMS).write_text(text, encoding="utf-8")


def write_data(checkout: Path, *, train: Bytes, validation: Bytes) -> None:
    """Write images (N, H, W) as prepare would, with noise."""
    folder = checkout / PREPARED
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, images) in enumerate({"train": train, "validation": validation}.items()):
        shape = (*images.shape, 1)
        clean = create_array(folder / f"{name}_clean.npy", shape, np.uint8)
        noisy = create_array(folder / f"{name}_noisy.npy", shape, np.float32)
        create_array(folder / f"{name}_labels.npy", shape[:1], np.uint8)[:] = 0
        for part in batches(len(images), size=CHUNK):
            clean[part] = images[part, ..., np.newaxis]
            noisy[part] = add_noise(as_float(clean[part]), NOISE, seed=1, key=(number,), first_index=part.start)
    write_dataset_info(folder, DatasetInfo("mnist", NOISE.kind, NOISE.factor, 1, {}, {}, {}))
