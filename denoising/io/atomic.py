"""Writes files and folders atomically: no reader ever finds a partial one under its final name."""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial-"
LONGEST_NAME = 200  # bytes; most file systems take 255, with what stands in front


@contextmanager
def replacing(*targets: Path) -> Iterator[list[Path]]:
    """Yield an unused path beside each of `targets`; what is written there replaces the targets if the block succeeds.

    All of them are moved into place at the end, one directly after the other. A path keeps the suffix of its target and
    contains the id of this process; leftovers of processes that have ended are removed. A folder is replaced by a
    folder only.
    """
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target)
    partials = [target.with_name(f"{PARTIAL}{os.getpid()}-{_short_name(target)}") for target in targets]
    try:
        for partial in partials:
            _remove(partial)
        yield partials
        for partial, target in zip(partials, targets, strict=True):
            if target.is_dir():
                if not partial.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
                _remove(target)
            partial.replace(target)
    finally:
        for partial in partials:
            _remove(partial)


def _short_name(target: Path) -> str:
    name = target.name
    if len(os.fsencode(name)) <= LONGEST_NAME:
        return name
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:32] + target.suffix


def _remove_leftovers(target: Path) -> None:
    pattern = re.compile(rf"{re.escape(PARTIAL)}(\d+)-{re.escape(_short_name(target))}")
    with os.scandir(target.parent) as entries:
        found = [pattern.fullmatch(entry.name) for entry in entries if entry.name.startswith(PARTIAL)]
    for match in found:
        if match and not _is_running(int(match[1])):
            _remove(target.with_name(match[0]))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
