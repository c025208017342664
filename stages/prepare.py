"""Download, normalise and split the images, and add noise: writes data/prepared/."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("prepare")

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from denoising.batching import batches
from denoising.datasets.sources import LabelledImages, load_source
from denoising.errors import DatasetUnavailableError
from denoising.images import as_float
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from denoising.io.splits import SPLIT_NAMES, DatasetInfo, create_array, write_dataset_info
from denoising.noise.models import Noise, add_noise
from stages.parameters.prepare import PrepareParameters
from stages.paths import PREPARED

CHUNK = 2_000  # images in memory at a time as float32
OFFLINE = (
    "  use the embedded digits, which need no network: dvc exp run -S prepare.source=digits\n"
    "  (outside of a Git repository: set prepare.source to digits in params.yaml, then run dvc repro)"
)


def main(parameters: PrepareParameters) -> None:
    try:
        source = load_source(
            parameters.source,
            validation_fraction=parameters.validation_fraction,
            seed=parameters.seed,
            digits_test_fraction=parameters.digits.test_fraction,
            digits_augmented_copies=parameters.digits.augmented_copies,
        )
    except DatasetUnavailableError as error:
        raise DatasetUnavailableError(f"{error}\n{OFFLINE}") from error
    splits, noise = source.splits, Noise(parameters.noise.kind, parameters.noise.factor)
    info = DatasetInfo(
        source=parameters.source,
        verified=source.verified,
        noise_kind=noise.kind,
        noise_factor=noise.factor,
        noise_seed=parameters.seed,
        known_duplicates=source.known_duplicates,
        splits={name: describe(images) for name, images in splits.items()},
        parameters=parameters.model_dump(exclude=None if parameters.source == "digits" else {"digits"}),
    )
    with replacing(PREPARED) as (folder,), progress_bar("adding noise", total=sum(map(len, splits.values()))) as bar:
        folder.mkdir()
        for name in SPLIT_NAMES:
            write_split(folder, name, splits[name], noise=noise, seed=parameters.seed, on_images=bar.update)
        write_dataset_info(folder, info)
    print(f"{PREPARED}: " + ", ".join(f"{len(splits[name]):,} {name}" for name in SPLIT_NAMES) + " images")


def describe(split: LabelledImages) -> dict[str, object]:
    """Return the number, shape and checksums of the images and labels of a split."""
    return {
        "images": len(split),
        "shape": split.images.shape[1:],
        "sha256": hashlib.sha256(np.ascontiguousarray(split.images).data).hexdigest(),
        "labels_sha256": hashlib.sha256(np.ascontiguousarray(split.labels).data).hexdigest(),
    }


def write_split(
    folder: Path, name: str, split: LabelledImages, *, noise: Noise, seed: int, on_images: Callable[[int], object]
) -> None:
    """Write the clean and the noisy images of a split, a chunk at a time."""
    shape = split.images.shape
    clean = create_array(folder / f"{name}_clean.npy", shape, np.uint8)
    noisy = create_array(folder / f"{name}_noisy.npy", shape, np.float32)
    create_array(folder / f"{name}_labels.npy", shape[:1], np.uint8)[:] = split.labels
    key = (SPLIT_NAMES.index(name),)
    for chunk in batches(len(split), size=CHUNK):
        clean[chunk] = split.images[chunk]
        noisy[chunk] = add_noise(as_float(split.images[chunk]), noise, seed=seed, key=key, first_index=chunk.start)
        on_images(chunk.stop - chunk.start)
