"""Download or read, normalise and split the images, and add noise: writes data/prepared/."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("prepare")

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from denoising.batching import batches
from denoising.datasets.bsds500 import load_bsds500
from denoising.datasets.folder import ImageFile
from denoising.datasets.folder_splits import FolderOptions, split_files
from denoising.datasets.image_splits import ImageSplitWriter
from denoising.datasets.photographs import embedded_photographs
from denoising.datasets.sources import LabelledImages, load_source
from denoising.errors import DamagedFileError, DatasetUnavailableError, DenoisingError
from denoising.images import as_float
from denoising.io.arrays import create_array
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from denoising.io.splits import SPLIT_NAMES, DatasetInfo, write_dataset_info
from denoising.io.tables import read_summary
from denoising.noise.models import Noise, add_noise
from denoising.noise.prepared import RECORDED
from stages.parameters.prepare import FILE_SOURCES, PrepareParameters
from stages.paths import INDEX, PREPARED

CHUNK = 2_000  # images in memory at a time as float32
OFFLINE = (
    "  use the data set {0}, which is installed already: dvc exp run -S prepare.source={0}\n"
    "  (outside of a Git repository: set prepare.source to {0} in params.yaml, then run dvc repro)"
)


@dataclass(frozen=True)
class Written:
    """What is known of the splits that were written, as `DatasetInfo` has it."""

    splits: dict[str, Any]
    verified: bool
    known_duplicates: dict[str, int]
    class_names: list[str]


def main(parameters: PrepareParameters) -> None:
    with replacing(PREPARED) as (folder,):
        for part in ("clean", "noisy"):
            (folder / part).mkdir(parents=True)
        write = write_image_files if parameters.source in FILE_SOURCES else write_arrays
        try:
            written = write(folder, parameters)
        except DatasetUnavailableError as error:
            raise DatasetUnavailableError(f"{error}\n{OFFLINE.format(embedded(parameters.source))}") from error
        noise = parameters.noise.settings("kind")
        info = DatasetInfo(
            source=parameters.source,
            noise_kind=parameters.noise.kind,
            noise_factor=noise.get("factor"),
            noise_clip=noise.get("clip", False),
            noise_seed=parameters.seed,
            noise_stored=stores_noisy(parameters),
            parameters=parameters.model_dump(exclude=unused(parameters.source)),
            **vars(written),
        )
        write_dataset_info(folder, info)
    print(f"{PREPARED}: " + ", ".join(f"{written.splits[name]['images']:,} {name}" for name in SPLIT_NAMES) + " images")


def stores_noisy(parameters: PrepareParameters) -> bool:
    """Say whether noisy images are stored: as chosen for arrays, and for files where they were recorded."""
    return parameters.noise.kind == RECORDED if parameters.source in FILE_SOURCES else parameters.store_noisy


def embedded(source: str) -> str:
    """Return the source, part of an installed library, that can replace one that is not available."""
    return "photographs" if source in FILE_SOURCES else "digits"


def unused(source: str) -> dict[str, Any]:
    """Return what has no part in a source, as `model_dump` excludes it: its changes do not change the images.

    The content of a folder counts, not its place.
    """
    places = {"clean": True, "noisy": True}
    division = dict.fromkeys(("test_fraction", "group_by", "labels"), True)
    return {
        "store_noisy": True,
        **({} if source == "digits" else {"digits": True}),
        **({"folder": places} if source == "folder" else {}),
        **({"folder": places | division, "validation_fraction": True} if source in ("bsds500", "photographs") else {}),
        **({} if source in FILE_SOURCES else {"folder": True}),
    }


def write_arrays(folder: Path, parameters: PrepareParameters) -> Written:
    """Write the splits of a source of equal images, with noise; return what is known of them."""
    source = load_source(
        parameters.source,
        validation_fraction=parameters.validation_fraction,
        seed=parameters.seed,
        digits_test_fraction=parameters.digits.test_fraction,
        digits_augmented_copies=parameters.digits.augmented_copies,
    )
    splits = source.splits
    noise = Noise(parameters.noise.kind, **parameters.noise.settings("kind")) if parameters.store_noisy else None
    with progress_bar("writing images", total=sum(map(len, splits.values()))) as bar:
        for name in SPLIT_NAMES:
            write_split(folder, name, splits[name], noise=noise, seed=parameters.seed, on_images=bar.update)
    described = {name: describe(images) for name, images in splits.items()}
    return Written(described, source.verified, source.known_duplicates, [])


def write_image_files(folder: Path, parameters: PrepareParameters) -> Written:
    """Write the splits of a source of image files, without noise, which is drawn when it is used."""
    files, verified = list_files(parameters)
    white = None if parameters.folder.white == "auto" else float(parameters.folder.white)
    classes = sorted({file.class_name for of in files.values() for file in of if file.class_name is not None})
    writer = ImageSplitWriter(folder, color_mode=parameters.folder.color_mode, white=white, classes=classes)
    with progress_bar("decoding images", total=sum(map(len, files.values())), unit="files") as bar:
        described = {name: writer.write(name, files[name], on_file=bar.update) for name in SPLIT_NAMES}
    duplicates = writer.finish()
    if writer.transparent:
        print(f"Transparency is left out: {', '.join(dict.fromkeys(writer.transparent))}")
    return Written(described, verified, duplicates, classes)


def list_files(parameters: PrepareParameters) -> tuple[dict[str, list[ImageFile]], bool]:
    """Return the files of each split, and whether a checksum shows that they are those of the source."""
    if parameters.source == "bsds500":
        with progress_bar("finding photographs", total=500, unit="files") as bar:
            return load_bsds500(on_file=bar.update), True
    if parameters.source == "photographs":
        return embedded_photographs(), True
    options = FolderOptions(
        test_fraction=parameters.folder.test_fraction,
        validation_fraction=parameters.validation_fraction,
        group_by=parameters.folder.group_by,
        labels=parameters.folder.labels,
        seed=parameters.seed,
    )
    clean, noisy = Path(parameters.folder.clean), Path(parameters.folder.noisy)
    digests = read_summary(INDEX)
    if digests.keys() != {"clean", "noisy"}:
        raise DamagedFileError(f"{INDEX} is that of another source.")
    if parameters.noise.kind == RECORDED and not digests["noisy"]:
        raise DenoisingError(f"prepare.noise.kind is recorded, but there is no noisy image in {noisy}. Put them there.")
    if digests["noisy"] and parameters.noise.kind != RECORDED:
        raise DenoisingError(
            f"{noisy} contains {len(digests['noisy'])} noisy images, but prepare.noise.kind is "
            f"{parameters.noise.kind}. Set it to recorded to learn from them, or set prepare.folder.noisy to an empty "
            "folder."
        )
    return split_files(clean, noisy, digests, options), True


def describe(split: LabelledImages) -> dict[str, object]:
    """Return the number, shape and checksums of the images and labels of a split."""
    return {
        "images": len(split),
        "shape": split.images.shape[1:],
        "sha256": hashlib.sha256(np.ascontiguousarray(split.images).data).hexdigest(),
        "labels_sha256": hashlib.sha256(np.ascontiguousarray(split.labels).data).hexdigest(),
    }


def write_split(
    folder: Path,
    name: str,
    split: LabelledImages,
    *,
    noise: Noise | None,
    seed: int,
    on_images: Callable[[int], object],
) -> None:
    """Write the clean and, where there is noise to store, the noisy images of a split, a chunk at a time."""
    shape = split.images.shape
    clean = create_array(folder / f"clean/{name}.npy", shape, np.uint8)
    noisy = create_array(folder / f"noisy/{name}.npy", shape, np.float32) if noise else None
    create_array(folder / f"clean/{name}_labels.npy", shape[:1], np.uint8)[:] = split.labels
    key = (SPLIT_NAMES.index(name),)
    for chunk in batches(len(split), size=CHUNK):
        clean[chunk] = split.images[chunk]
        if noise and noisy is not None:
            noisy[chunk] = add_noise(as_float(split.images[chunk]), noise, seed=seed, key=key, first_index=chunk.start)
        on_images(chunk.stop - chunk.start)
