"""Describes what the measured numbers were made from; on one machine it is the same from run to run."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from denoising.backend.hardware import describe_hardware
from denoising.inference.saved_model import load_model
from denoising.io.baseline_results import BaselineResults
from denoising.io.splits import DatasetInfo

LIBRARIES = ("bm3d", "h5py", "keras", "numpy", "pillow", "PyWavelets", "scikit-image", "scikit-learn", "scipy")


def describe_provenance(
    data: DatasetInfo, baselines: BaselineResults, *, parameters: dict[str, Any], models: dict[str, Path]
) -> dict[str, Any]:
    """Return the data, the parameters of every stage, the model files, libraries and hardware of a measurement.

    `parameters` holds the sections of the stages other than prepare and baselines, whose results record their own.
    """
    return {
        "data": {"source": data.source, "repeated": data.known_duplicates, "splits": data.splits},
        "parameters": {
            "prepare": data.parameters,
            "train": parameters["train"],
            "baselines": baselines.parameters,
            "classifier": parameters["classifier"],
            "evaluate": parameters["evaluate"],
        },
        "filters": baselines.methods,
        "models": {name: describe_model(path) for name, path in models.items()},
        "libraries": {"python": python_version(), **dict(_installed_libraries())},
        "machine": describe_hardware(),
    }


def describe_model(path: Path) -> dict[str, Any]:
    """Return the number of parameters, the size and the checksum of a model file."""
    content = path.read_bytes()
    return {
        "parameter_count": load_model(path).count_params(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _installed_libraries() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:  # bm3d may be missing
            yield name, "not installed"
