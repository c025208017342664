"""Download, normalise, split, add noise: writes data/prepared/."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from stages.lib import failure
from stages.lib.dataset import FOLDER, SPLITS, create_array
from stages.lib.files import replacing
from stages.lib.images import as_float
from stages.lib.noise import add_gaussian_noise
from stages.lib.parameters import read_section
from stages.lib.prepare.parameters import PrepareParameters
from stages.lib.prepare.sources import Labelled, load_source
from stages.lib.tables import write_summary

CHUNK = 2_000  # images in memory at once as float32


def main() -> None:
    parameters = read_section("prepare", PrepareParameters)
    source = load_source(parameters)
    splits = source.splits
    about = {
        "source": parameters.source,
        "noise": {"kind": "gaussian", "factor": parameters.noise.factor},
        "repeated": source.repeated,
        "splits": {name: _describe(images) for name, images in splits.items()},
    }
    with (
        replacing(FOLDER) as (folder,),
        tqdm(total=sum(map(len, splits.values())), desc="adding noise", unit=" images", ncols=88, disable=None) as bar,
    ):
        folder.mkdir()
        for name in SPLITS:
            _write(folder, name, splits[name], parameters=parameters, bar=bar)
        write_summary(folder / "about.json", about)
    print(f"{FOLDER}: " + ", ".join(f"{len(splits[name]):,} {name}" for name in SPLITS) + " images")


def _describe(split: Labelled) -> dict[str, object]:
    return {
        "images": len(split),
        "shape": split.images.shape[1:],
        "sha256": hashlib.sha256(np.ascontiguousarray(split.images).data).hexdigest(),
    }


def _write(folder: Path, name: str, split: Labelled, *, parameters: PrepareParameters, bar: "tqdm[Any]") -> None:
    """Write the clean and the noisy images of one split, a chunk at a time."""
    shape = split.images.shape
    clean = create_array(folder / f"{name}_clean.npy", shape, np.uint8)
    noisy = create_array(folder / f"{name}_noisy.npy", shape, np.float32)
    create_array(folder / f"{name}_labels.npy", shape[:1], np.uint8)[:] = split.labels
    for start in range(0, len(split), CHUNK):
        chunk = slice(start, start + CHUNK)
        clean[chunk] = split.images[chunk]
        noisy[chunk] = add_gaussian_noise(
            as_float(split.images[chunk]),
            noise_factor=parameters.noise.factor,
            seed=parameters.seed,
            place=(SPLITS.index(name),),
            first_index=start,
        )
        bar.update(len(clean[chunk]))


if __name__ == "__main__":
    failure.run_stage(main)
