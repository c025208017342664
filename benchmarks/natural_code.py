"""Names the code and settings that decide what a part of the benchmark of photographs measures.

Each part has its own, so that a change measures again what it can change, and not hours of the rest.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.natural_networks import NETWORKS
from benchmarks.recorder import committed_code
from stages.paths import EXPERIMENTS, LOGS
from tools.deps import PIPELINE, is_code
from tools.experiment import read_experiment

# What reads image files is left out: a test holds the pixels of BSD68 to those of the papers.
SCORING = (
    "benchmarks/score_photographs.py",
    "benchmarks/set12.sha256",
    "denoising/images.py",
    "denoising/metrics.py",
    "denoising/noise",
    "denoising/rng.py",
)
NETWORK = (
    "benchmarks/natural_runs.py",
    "denoising/inference/denoiser.py",
    "denoising/inference/keras_network.py",
    "denoising/inference/network.py",
    "denoising/inference/networks.py",
    "denoising/inference/saved_model.py",
    "denoising/inference/tiling.py",
    "denoising/models/receptive_field.py",
)
TRAINING = ("prepare", "train")  # sections of an experiment


def network_code(name: str, *, of: Path) -> str:
    """Return a name for what decides the scores of a network, with the code that is committed in the folder `of`."""
    network = NETWORKS[name]
    sections = read_experiment(network.experiment, folder=of / EXPERIMENTS)
    settings = {**{section: sections[section] for section in TRAINING}, "changes": network.changes}
    return _name({*_code_of(("train",), of=of), *NETWORK, *SCORING}, settings, of=of)


def kept_network(name: str, *, of: Path) -> Path:
    """Return where a network is kept."""
    return (LOGS / "natural" / f"{name}-{network_code(name, of=of)}.h5").absolute()


def bm3d_code(*, of: Path) -> str:
    """Return a name for what decides the scores of BM3D."""
    return _name({*SCORING, "denoising/baselines/bm3d.py", "requirements-bm3d.lock"}, {}, of=of)


def scoring_code(model: Path, *, of: Path) -> str:
    """Return a name for what decides the scores of a network that comes with the package."""
    applying = {*SCORING, *NETWORK, "denoising/inference/onnx_network.py"}
    return _name({*applying, str(model.relative_to(Path.cwd()))}, {}, of=of)


def folder_code(stages: Sequence[str], settings: Mapping[str, Any], *, of: Path) -> str:
    """Return a name for what decides the results of stages for a folder."""
    own = {"benchmarks/natural_folders.py", "benchmarks/natural_runs.py"}
    return _name(own | _code_of(stages, of=of), settings, of=of)


def _code_of(stages: Sequence[str], *, of: Path) -> set[str]:
    known = yaml.safe_load((of / PIPELINE).read_text(encoding="utf-8"))["stages"]
    return {dep for stage in stages for dep in known[stage]["deps"] if is_code(dep)}


def _name(paths: set[str], settings: Mapping[str, Any], *, of: Path) -> str:
    described = f"{committed_code(sorted(paths), of=of)} {json.dumps(settings, sort_keys=True)}"
    return hashlib.sha256(described.encode()).hexdigest()[:12]
