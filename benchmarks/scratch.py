"""Makes scratch copies of the project, with data of a wanted size and with named settings."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.lib.dataset import FOLDER, create_array
from stages.lib.images import Bytes, as_float
from stages.lib.noise.families import Noise, add_noise
from stages.lib.tables import write_summary

NOISE = Noise("gaussian", 0.5)
PART = 2_000  # images in memory at once


def clone(folder: Path) -> Path:
    """Clone what is committed here, and return the clone."""
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    return folder


def set_parameters(checkout: Path, section: str, changes: Mapping[str, Any], *, of: Path) -> None:
    """Give the checkout the params.yaml of the folder `of`, with changes to one section."""
    text = (of / "params.yaml").read_text(encoding="utf-8")
    start = text.index(f"{section}:\n")
    for name, value in changes.items():
        head, rest = text[:start], text[start:]
        rest, found = re.subn(rf"^(  {name}:) (\[.*\]|\S+)", rf"\1 {value}", rest, count=1, flags=re.MULTILINE)
        if not found:
            raise ValueError(f"{section}.{name} is no parameter.")
        text = head + rest
    (checkout / "params.yaml").write_text(text, encoding="utf-8")


def write_data(checkout: Path, *, train: Bytes, validation: Bytes) -> None:
    """Write images (N, H, W) as what prepare would write, noise included."""
    folder = checkout / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, images) in enumerate({"train": train, "validation": validation}.items()):
        shape = (*images.shape, 1)
        clean = create_array(folder / f"{name}_clean.npy", shape, np.uint8)
        noisy = create_array(folder / f"{name}_noisy.npy", shape, np.float32)
        create_array(folder / f"{name}_labels.npy", shape[:1], np.uint8)[:] = 0
        for start in range(0, len(images), PART):
            part = slice(start, start + PART)
            clean[part] = images[part, ..., np.newaxis]
            noisy[part] = add_noise(as_float(clean[part]), NOISE, seed=1, place=(number,), first_index=start)
    write_summary(folder / "about.json", {"noise": {"kind": NOISE.kind, "factor": NOISE.factor, "seed": 1}})
