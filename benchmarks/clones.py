"""Clones the project, and gives a clone data of a chosen size and chosen parameters."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from denoising.batching import batches
from denoising.errors import DenoisingError
from denoising.images import Bytes, as_float
from denoising.io.arrays import create_array
from denoising.io.splits import DatasetInfo, write_dataset_info
from denoising.io.tables import read_table
from denoising.noise.models import Noise, add_noise
from stages.parameters.document import parse_document
from stages.paths import PARAMS, PREPARED, TRAIN_TIMES
from tools.commands import dvc

NOISE = Noise("gaussian", 0.5)
CHUNK = 2_000  # images in memory at a time


def clone(folder: Path, *, revision: str = "HEAD", of: Path = Path()) -> Path:
    """Clone a revision of what is committed here, or in the folder `of`, and return the clone."""
    subprocess.run(["git", "clone", "--quiet", str(of), str(folder)], check=True)
    subprocess.run(["git", "checkout", "--quiet", resolve(revision, of=of)], cwd=folder, check=True)
    return folder


def resolve(revision: str, *, of: Path = Path()) -> str:
    """Return the hash of a revision; raises `DenoisingError` where there is none."""
    found = subprocess.run(
        ["git", "rev-parse", "--verify", f"{revision}^{{commit}}"], cwd=of, capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise DenoisingError(f"There is no commit {revision!r}.")
    return found.stdout.strip()


def clone_with_cache(folder: Path) -> Path:
    """Clone as `clone` does, with the DVC cache of this checkout: what has run before comes from there."""
    dvc(clone(folder), "config", "--local", "cache.dir", str(Path(".dvc/cache").absolute())).check_returncode()
    return folder


def set_parameters(checkout: Path, changes: Mapping[str, Mapping[str, Any]], *, of: Path) -> None:
    """Give the checkout the params.yaml of the folder `of`, with changes to some sections, or complete ones."""
    document = dict(parse_document((of / PARAMS).read_bytes(), name=str(of / PARAMS)))
    for section, values in changes.items():
        complete = values.keys() >= document[section].keys()
        document[section] = dict(values) if complete else {**document[section], **values}
    (checkout / PARAMS).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def training_seconds(checkout: Path) -> float:
    """Return how long the last training of a checkout took, interruptions left out."""
    return float(read_table(checkout / TRAIN_TIMES)["seconds"][0])


def write_data(checkout: Path, *, train: Bytes, validation: Bytes) -> None:
    """Write images (N, H, W) as prepare would, with noise; the only test image is the first one of validation."""
    folder = checkout / PREPARED
    for kind in ("clean", "noisy"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for number, (name, images) in enumerate({"train": train, "validation": validation, "test": validation[:1]}.items()):
        shape = (*images.shape, 1)
        clean = create_array(folder / f"clean/{name}.npy", shape, np.uint8)
        noisy = create_array(folder / f"noisy/{name}.npy", shape, np.float32)
        create_array(folder / f"clean/{name}_labels.npy", shape[:1], np.uint8)[:] = 0
        for part in batches(len(images), size=CHUNK):
            clean[part] = images[part, ..., np.newaxis]
            noisy[part] = add_noise(as_float(clean[part]), NOISE, seed=1, key=(number,), first_index=part.start)
    write_dataset_info(
        folder,
        DatasetInfo(
            source="mnist",
            verified=True,
            noise_kind=NOISE.kind,
            noise_factor=NOISE.factor,
            noise_clip=NOISE.clip,
            noise_seed=1,
        ),
    )
