"""Download, normalise, split, add noise: writes data/prepared/."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from stages.lib import failure
from stages.lib.dataset import FOLDER, SPLITS, create_array
from stages.lib.files import replacing
from stages.lib.images import as_float
from stages.lib.noise.families import Noise, add_noise
from stages.lib.parameters import read_section
from stages.lib.prepare.parameters import PrepareParameters
from stages.lib.prepare.sources import Labelled, load_source
from stages.lib.progress import progress
from stages.lib.tables import write_summary

CHUNK = 2_000  # images in memory at once as float32


def main() -> None:
    parameters = read_section("prepare", PrepareParameters)
    source = load_source(parameters)
    splits = source.splits
    about = {
        "source": parameters.source,
        "noise": {"kind": parameters.noise.kind, "factor": parameters.noise.factor, "seed": parameters.seed},
        "repeated": source.repeated,
        "splits": {name: _describe(images) for name, images in splits.items()},
        "parameters": parameters.model_dump(exclude=None if parameters.source == "digits" else {"digits"}),
    }
    with (
        replacing(FOLDER) as (folder,),
        progress("adding noise", total=sum(map(len, splits.values()))) as bar,
    ):
        folder.mkdir()
        for name in SPLITS:
            _write(folder, name, splits[name], parameters=parameters, step=bar.update)
        write_summary(folder / "about.json", about)
    print(f"{FOLDER}: " + ", ".join(f"{len(splits[name]):,} {name}" for name in SPLITS) + " images")


def _describe(split: Labelled) -> dict[str, object]:
    return {
        "images": len(split),
        "shape": split.images.shape[1:],
        "sha256": hashlib.sha256(np.ascontiguousarray(split.images).data).hexdigest(),
        "labels_sha256": hashlib.sha256(np.ascontiguousarray(split.labels).data).hexdigest(),
    }


def _write(
    folder: Path, name: str, split: Labelled, *, parameters: PrepareParameters, step: Callable[[int], object]
) -> None:
    """Write the clean and the noisy images of one split, a chunk at a time."""
    shape = split.images.shape
    clean = create_array(folder / f"{name}_clean.npy", shape, np.uint8)
    noisy = create_array(folder / f"{name}_noisy.npy", shape, np.float32)
    create_array(folder / f"{name}_labels.npy", shape[:1], np.uint8)[:] = split.labels
    for start in range(0, len(split), CHUNK):
        chunk = slice(start, start + CHUNK)
        clean[chunk] = split.images[chunk]
        noisy[chunk] = add_noise(
            as_float(split.images[chunk]),
            Noise(parameters.noise.kind, parameters.noise.factor),
            seed=parameters.seed,
            place=(SPLITS.index(name),),
            first_index=start,
        )
        step(len(clean[chunk]))


if __name__ == "__main__":
    failure.run_stage(main)
