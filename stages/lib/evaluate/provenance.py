"""Says what the measured numbers were made from; nothing in it changes from run to run on one machine."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from stages.lib.evaluate.saved_model import count_parameters
from stages.lib.machine import describe_machine
from stages.lib.tables import read_summary

LIBRARIES = ("bm3d", "h5py", "keras", "numpy", "pillow", "PyWavelets", "scikit-image", "scikit-learn", "scipy")
TRAINING = Path("reports/training/provenance.json")
CLASSIFIER = Path("reports/classifier/metrics.json")


def describe(
    data: dict[str, Any], filters: dict[str, Any], parameters: dict[str, Any], *, models: dict[str, Path]
) -> dict[str, Any]:
    """Return data, parameters of every stage, model files, libraries and machine of a measurement.

    `data` and `filters` are the notes of prepare and filter, `parameters` those of evaluate.
    """
    return {
        "data": {name: data[name] for name in ("source", "repeated", "splits")},
        "parameters": {
            "prepare": data["parameters"],
            "train": read_summary(TRAINING)["train"]["parameters"],
            "filter": filters["parameters"],
            "classify": read_summary(CLASSIFIER)["classifier"]["parameters"],
            "evaluate": parameters,
        },
        "filters": filters["methods"],
        "models": {name: describe_model(path) for name, path in models.items()},
        "libraries": {"python": python_version(), **dict(installed())},
        "machine": describe_machine(),
    }


def describe_model(path: Path) -> dict[str, Any]:
    """Return the size and the checksum of a model file, and how many parameters it holds."""
    content = path.read_bytes()
    return {
        "parameter_count": count_parameters(path),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def installed() -> Iterator[tuple[str, str]]:
    """Yield the name and the version of each library that is there; bm3d need not be."""
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"
