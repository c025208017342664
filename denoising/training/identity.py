"""Says which training this is: two of one identity end with the same bytes."""

import hashlib
import json
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from denoising.backend import keras, tensorflow
from denoising.cluster.greeting import Facts
from denoising.noise.prepared import open_split

LEARNED_FROM = ("train", "validation")  # splits
CODE = ("denoising", "stages.train", "stages.training_parts", "stages.parameters.train")


def training_facts(parameters: dict[str, Any], prepared: Path) -> Callable[[], Facts]:
    """Return a function that gives checksums of parameters, code and prepared data.

    Parameters and code, with the versions of the libraries, are read at once; the data when the function is called. It
    raises `DamagedFileError` when a file of the data is missing, truncated, or inconsistent with the others.
    """
    libraries = [library.__version__ for library in (np, scipy, tensorflow, keras)]
    now = {"parameters": checksum(parameters, ()), "code": checksum(libraries, loaded_files(CODE))}
    return lambda: {**now, "data": checksum(None, data_files(prepared))}


def checkpoint_name(facts: Facts, hardware: str, *, workers: int) -> str:
    """Return under what name a training is saved; its bytes depend on the hardware and the number of workers too."""
    return f"{checksum([dict(facts), hardware, workers], ())}.npz"


def checksum(values: Any, files: Iterable[Path]) -> str:
    """Return the SHA-256 of values that JSON can hold, and of the content of files."""
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def data_files(prepared: Path) -> list[Path]:
    """Return the files that the images come from: about.json has sums of those too large to be read whole."""
    for name in LEARNED_FROM:
        open_split(prepared, name)
    arrays = [sorted(prepared.glob(f"*/{name}.npy")) for name in LEARNED_FROM]
    return [prepared / "about.json", *(path for of in arrays for path in of)]


def loaded_files(names: Collection[str]) -> list[Path]:
    """Return the files of the loaded modules and packages of these names, and of the main program, sorted."""
    prefixes = tuple(f"{name}." for name in (*names, "__main__"))
    modules = (module for name, module in list(sys.modules.items()) if f"{name}.".startswith(prefixes))
    files = (getattr(module, "__file__", None) for module in modules)
    return sorted({Path(file) for file in files if file})
