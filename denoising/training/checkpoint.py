"""Saves what a training has reached after each epoch, so that an interrupted training resumes from there."""

import hashlib
import io
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.io.atomic import replacing

Arrays = list[NDArray[Any]]
EpochMetrics = dict[str, float]
MAX_CHECKPOINTS = 3  # interrupted trainings; whoever tries something else in between can still resume the long one
MAX_EPOCH_SECONDS = 86_400  # what was saved within this time may be a training that goes on beside this one
CHECKSUM_BYTES = 32  # in front of the rest


@dataclass
class Checkpoint:
    """The metrics of each epoch, the seconds taken, the state to resume from, and the best weights so far."""

    history: list[EpochMetrics] = field(default_factory=list)
    seconds: float = 0.0
    state: Arrays = field(default_factory=list)
    best_weights: Arrays = field(default_factory=list)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically and flush it to disk; the oldest of other trainings in the folder are deleted."""
    notes = np.array(json.dumps([checkpoint.history, checkpoint.seconds]))
    groups = {"state": checkpoint.state, "best": checkpoint.best_weights}
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
    _delete_oldest(path.parent)


def _delete_oldest(folder: Path) -> None:
    saved = {}
    for path in folder.glob("*.npz"):
        with suppress(FileNotFoundError):  # another training has just ended
            saved[path] = path.stat().st_mtime
    for path in sorted(saved, key=lambda one: -saved[one])[MAX_CHECKPOINTS:]:
        if saved[path] < time.time() - MAX_EPOCH_SECONDS:
            path.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> bytes:
    """Return a saved checkpoint as it is stored; empty where there is none."""
    return path.read_bytes() if path.is_file() else b""


def parse_checkpoint(content: bytes) -> Checkpoint:
    """Return a stored checkpoint, or that of a training which has not begun where it is empty or damaged."""
    if hashlib.sha256(content[CHECKSUM_BYTES:]).digest() != content[:CHECKSUM_BYTES]:
        return Checkpoint()
    with np.load(io.BytesIO(content[CHECKSUM_BYTES:]), allow_pickle=False) as file:
        history, seconds = json.loads(str(file["notes"]))
        state, best = ([file[key] for key in file.files if key.startswith(name)] for name in ("state_", "best_"))
    return Checkpoint(history, seconds, state, best)
