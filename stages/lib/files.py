"""Writes files and folders whole or not at all: a reader never meets half of one under its final name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial-"


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a free path beside `target`; the file or folder written there becomes `target` if the block ends well.

    What a killed process left behind is swept away first. The path keeps the suffix of `target`, and bears the
    number of this process: a stage that outlives its `dvc repro` finds its own path gone and cannot publish.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(f"{PARTIAL}*-{target.name}"):
        _remove(leftover)
    partial = target.with_name(f"{PARTIAL}{os.getpid()}-{target.name}")
    try:
        yield partial
        if target.is_dir():
            _remove(target)
        partial.replace(target)
    finally:
        _remove(partial)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
