"""Writes files and folders atomically: no reader ever finds a partial one under its final name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial-"


@contextmanager
def replacing(*targets: Path) -> Iterator[list[Path]]:
    """Yield an unused path beside each of `targets`; what is written there replaces the targets if the block succeeds.

    All of them are moved into place at the end, one directly after the other. A path keeps the suffix of its target and
    contains the id of this process; leftovers of processes that have ended are removed.
    """
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target)
    partials = [target.with_name(f"{PARTIAL}{os.getpid()}-{target.name}") for target in targets]
    try:
        yield partials
        for partial, target in zip(partials, targets, strict=True):
            if target.is_dir():
                _remove(target)
            partial.replace(target)
    finally:
        for partial in partials:
            _remove(partial)


def _remove_leftovers(target: Path) -> None:
    for leftover in target.parent.glob(f"{PARTIAL}*-{target.name}"):
        process = leftover.name.removeprefix(PARTIAL).split("-")[0]
        if not process.isdigit() or int(process) == os.getpid() or not _is_running(int(process)):
            _remove(leftover)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
