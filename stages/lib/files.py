"""Writes files and folders whole or not at all: a reader never meets half of one under its final name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial-"


@contextmanager
def replacing(*targets: Path) -> Iterator[list[Path]]:
    """Yield a free path beside each of `targets`; what is written there becomes the targets if the block ends well.

    All of them are put in place at the end, back to back. A path keeps the suffix of its target and bears the number
    of this process; what processes that are no more left behind is swept away.
    """
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
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


def _sweep(target: Path) -> None:
    for leftover in target.parent.glob(f"{PARTIAL}*-{target.name}"):
        process = leftover.name.removeprefix(PARTIAL).split("-")[0]
        if not process.isdigit() or int(process) == os.getpid() or not _runs(int(process)):
            _remove(leftover)


def _runs(process: int) -> bool:
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
