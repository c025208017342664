"""Describes what the measured numbers were made from; on one machine it is the same from run to run."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from denoising.backend.hardware import describe_hardware
from denoising.inference.saved_model import load_model
from denoising.io.baseline_results import BaselineResults
from denoising.io.splits import DatasetInfo

LIBRARIES = ("h5py", "keras", "numpy", "pillow", "PyWavelets", "scikit-image", "scikit-learn", "scipy")
_EXTRAS = {"bm3d"}  # methods that are packages of their own


def describe_provenance(
    data: DatasetInfo, baselines: BaselineResults, *, parameters: dict[str, Any], models: dict[str, Path]
) -> dict[str, Any]:
    """Return the data, the parameters, the model files, libraries and hardware of a measurement."""
    return {
        "data": {
            "source": data.source,
            "verified": data.verified,
            "repeated": data.known_duplicates,
            "splits": data.splits,
        },
        "parameters": parameters,
        "filters": baselines.methods,
        "models": {name: describe_model(path) for name, path in models.items()},
        "libraries": {"python": python_version(), **_versions((*LIBRARIES, *_EXTRAS.intersection(baselines.methods)))},
        "machine": describe_hardware(),
    }


def describe_model(path: Path) -> dict[str, Any]:
    """Return the number of parameters, the size and the checksums of a model file; DVC uses the MD5."""
    content = path.read_bytes()
    return {
        "parameter_count": load_model(path).count_params(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }


def _versions(libraries: Iterable[str]) -> dict[str, str]:
    return {name: version(name) for name in libraries}
