"""Finds the images that are meant, and says where the result of each goes."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from denoising.errors import DenoisingError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
MAX_NAMED = 5


@dataclass(frozen=True)
class Task:
    """An image, and the file that its result goes to."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Tasks:
    """What is to be done, and a sentence for each input that cannot be."""

    tasks: list[Task]
    failures: list[str]


def find_tasks(inputs: Sequence[Path], output: Path, *, recursive: bool, suffix: str | None = None) -> Tasks:
    """Return a task for each file, and for each image in a folder; its subfolders too if `recursive`.

    A result has the name of its image, with another suffix where one is given; of a folder the tree is kept.

    Raises:
        DenoisingError: when two results would have one name, or one would replace an image.
    """
    if output.exists() and not output.is_dir():
        raise DenoisingError(f"{output} is a file; give a folder for the results.")
    tasks: list[Task] = []
    failures: list[str] = []
    for given in inputs:
        if not given.is_dir():
            _add(given, output / given.name, tasks, failures, suffix=suffix)
            continue
        found = sorted(_images(given, output, failures, recursive=recursive))
        if not found:
            deeper = "" if recursive else " (--recursive looks into its subfolders too)"
            failures.append(f"{given}: there is no image in it, no file with {', '.join(SUFFIXES)}{deeper}")
        for source in found:
            _add(source, output / source.relative_to(given), tasks, failures, suffix=suffix)
    _require_distinct(tasks)
    return Tasks(tasks, failures)


def _add(source: Path, target: Path, tasks: list[Task], failures: list[str], *, suffix: str | None) -> None:
    target = target.with_suffix(suffix) if suffix else target
    if not source.exists():
        failures.append(f"{source}: there is no such file")
    elif not source.is_file():
        failures.append(f"{source}: it is neither a file nor a folder")
    elif target.is_dir():
        failures.append(f"{source}: {target}, where its result would go, is a folder")
    else:
        tasks.append(Task(source, target))


def _images(folder: Path, output: Path, failures: list[str], *, recursive: bool) -> Iterator[Path]:
    """Yield the images in a folder; not hidden ones, and not those in the folder of the results."""

    def on_error(error: OSError) -> None:
        failures.append(f"{error.filename}: {(error.strerror or str(error)).lower()}")

    results = output.resolve()
    for parent, folders, names in os.walk(folder, onerror=on_error):
        inside = [name for name in folders if not name.startswith(".") and (Path(parent) / name).resolve() != results]
        folders[:] = inside if recursive else []
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(parent) / name


def _require_distinct(tasks: Sequence[Task]) -> None:
    """Raise `DenoisingError` where a result would replace an image or another result."""
    originals = {_identity(task.source) for task in tasks}
    replaced = [str(task.target) for task in tasks if task.target.exists() and _identity(task.target) in originals]
    if replaced:
        more = f" and {len(replaced) - MAX_NAMED} more" if len(replaced) > MAX_NAMED else ""
        named = ", ".join(replaced[:MAX_NAMED]) + more
        raise DenoisingError(
            f"A result would replace the image that it is made from: {named}. Give another folder to -o."
        )
    seen: dict[str, Task] = {}
    for task in tasks:
        other = seen.setdefault(str(task.target).casefold(), task)
        if other is not task:
            raise DenoisingError(
                f"{other.source} and {task.source} would both become {task.target}; denoise them into two folders."
            )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
