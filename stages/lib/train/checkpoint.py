"""Keeps what a training has reached after each epoch, so that an interrupted one goes on from there."""

import hashlib
import io
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from stages.lib.files import replacing

Arrays = list[NDArray[Any]]
Epoch = dict[str, float]  # what was measured of one
KEPT = 3  # trainings: whoever tries something else in between finds the long one again
CHECKSUM = 32  # bytes, in front of the rest


@dataclass
class Progress:
    """What a training has reached: its epochs, their seconds, the state it goes on from, and the best weights yet."""

    history: list[Epoch] = field(default_factory=list)
    seconds: float = 0.0
    state: Arrays = field(default_factory=list)
    best: Arrays = field(default_factory=list)


def fingerprint(parameters: dict[str, Any], machine: str, data: Iterable[Path]) -> str:
    """Return a checksum of all that a training depends on: parameters, machine, libraries, data, and this code."""
    known = [parameters, machine, np.__version__, scipy.__version__]
    digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
    for path in (*data, *_sources()):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def save_progress(path: Path, progress: Progress) -> None:
    """Write the progress of a training, whole or not at all and through to the disk; the oldest others go."""
    notes = np.array(json.dumps([progress.history, progress.seconds]))
    groups = {"state": progress.state, "best": progress.best}
    arrays: dict[str, Any] = {
        f"{name}_{number}": array for name, group in groups.items() for number, array in enumerate(group)
    }
    content = io.BytesIO()
    np.savez(content, notes=notes, **arrays)
    with replacing(path) as (partial,), partial.open("wb") as file:
        file.write(hashlib.sha256(content.getbuffer()).digest())
        file.write(content.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    for old in sorted(path.parent.glob("*.npz"), key=lambda other: -other.stat().st_mtime)[KEPT:]:
        old.unlink()


def load_progress(path: Path) -> Progress | None:
    """Return the progress that was saved; None where there is none, or where it is damaged."""
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content[CHECKSUM:]).digest() != content[:CHECKSUM]:
        return None
    with np.load(io.BytesIO(content[CHECKSUM:]), allow_pickle=False) as file:
        history, seconds = json.loads(str(file["notes"]))
        state, best = ([file[key] for key in file.files if key.startswith(name)] for name in ("state_", "best_"))
    return Progress(history, seconds, state, best)


def _sources() -> list[Path]:
    """Return the files of this project's modules that are in use."""
    files = (getattr(module, "__file__", None) for name, module in sys.modules.items() if name.startswith("stages"))
    main = getattr(sys.modules["__main__"], "__file__", None)
    return sorted({Path(file) for file in (*files, main) if file})
