"""Keeps what a training has reached after each epoch, so that an interrupted one goes on from there."""

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.files import replacing

Arrays = list[NDArray[Any]]
Epoch = dict[str, float]  # what was measured of one


@dataclass
class Progress:
    """What a training has reached: its epochs, the state it goes on from, and the weights of the best epoch so far."""

    history: list[Epoch] = field(default_factory=list)
    state: Arrays = field(default_factory=list)
    best: Arrays = field(default_factory=list)


def fingerprint(parameters: dict[str, Any], machine: str, data: Iterable[Path]) -> str:
    """Return a checksum of all that a training depends on: parameters, machine, data, and the project's own code."""
    digest = hashlib.sha256(json.dumps([parameters, machine], sort_keys=True).encode())
    for path in (*data, *_sources()):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def save_progress(path: Path, progress: Progress, *, of: str) -> None:
    """Write the progress of the training whose fingerprint is `of`, whole or not at all, and through to the disk."""
    groups = {"state": progress.state, "best": progress.best}
    arrays: dict[str, Any] = {
        f"{name}_{number}": array for name, group in groups.items() for number, array in enumerate(group)
    }
    with replacing(path) as (partial,), partial.open("wb") as file:
        np.savez(file, of=np.array(of), history=np.array(json.dumps(progress.history)), **arrays)
        file.flush()
        os.fsync(file.fileno())


def load_progress(path: Path, *, of: str) -> Progress | None:
    """Return the progress of the training whose fingerprint is `of`; None where there is none, or of another one."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            if str(file["of"]) != of:
                return None
            groups = {name: [file[key] for key in file.files if key.startswith(f"{name}_")] for name in _GROUPS}
            return Progress(json.loads(str(file["history"])), **groups)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # missing or damaged: the training starts anew


_GROUPS = ("state", "best")


def _sources() -> list[Path]:
    """Return the files of this project's modules that are in use."""
    files = (getattr(module, "__file__", None) for name, module in sys.modules.items() if name.startswith("stages"))
    main = getattr(sys.modules["__main__"], "__file__", None)
    return sorted({Path(file) for file in (*files, main) if file})
