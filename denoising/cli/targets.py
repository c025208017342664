"""Finds the images that are meant, and says where the result of each goes."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from denoising.errors import DenoisingError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
MAX_NAMED = 3


@dataclass(frozen=True)
class Task:
    """An image, and the file that its result goes to."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Tasks:
    """What is to be done, a sentence for each input that cannot be, and what folders have besides images."""

    tasks: list[Task]
    failures: list[str]
    left_out: dict[str, list[str]]  # by the reason

    def __len__(self) -> int:
        return len(self.tasks) + len(self.failures)


def named(names: Sequence[str]) -> str:
    """Return some of several names, and how many more there are."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def find_tasks(inputs: Sequence[Path], output: Path, *, recursive: bool, suffix: str | None = None) -> Tasks:
    """Return a task for each file, and for each image in a folder; its subfolders too if `recursive`.

    A result has the name of its image, with another suffix where one is given; of a folder the tree is kept.

    Raises:
        DenoisingError: when a result would replace an image.
    """
    if output.exists() and not output.is_dir():
        raise DenoisingError(f"{output} is a file; give a folder for the results.")
    tasks: list[Task] = []
    failures: list[str] = []
    left_out: dict[str, list[str]] = {}
    for given in dict.fromkeys(inputs):
        if not given.is_dir():
            _add(given, output / given.name, tasks, failures, suffix=suffix)
            continue
        found = sorted(_images(given, output, failures, left_out, recursive=recursive))
        if not found:
            deeper = "" if recursive else " (--recursive looks into its subfolders too)"
            failures.append(f"{given}: there is no image in it, no file with {', '.join(SUFFIXES)}{deeper}")
        for source in found:
            _add(source, output / source.relative_to(given), tasks, failures, suffix=suffix)
    _require_originals_kept(tasks)
    return Tasks(_distinct(tasks, failures), failures, left_out)


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


def _images(
    folder: Path, output: Path, failures: list[str], left_out: dict[str, list[str]], *, recursive: bool
) -> Iterator[Path]:
    """Yield the images in a folder; not hidden ones, and not those in the folder of the results."""

    def on_error(error: OSError) -> None:
        failures.append(f"{error.filename}: {(error.strerror or str(error)).lower()}")

    results = output.resolve()
    for parent, folders, names in os.walk(folder, onerror=on_error):
        inside = [name for name in folders if not name.startswith(".") and (Path(parent) / name).resolve() != results]
        folders[:] = inside if recursive else []
        for name in inside:
            place = Path(parent) / name
            if place.is_symlink() or not recursive:
                why = "links to folders" if place.is_symlink() else "subfolders without --recursive"
                left_out.setdefault(why, []).append(str(place))
        for name in names:
            if name.startswith("."):
                continue
            if name.lower().endswith(SUFFIXES):
                yield Path(parent) / name
            else:
                left_out.setdefault("no suffix of PNG, JPEG, TIFF, WebP or BMP", []).append(str(Path(parent) / name))


def _require_originals_kept(tasks: Sequence[Task]) -> None:
    """Raise `DenoisingError` where a result would replace an image."""
    originals = {_identity(task.source) for task in tasks}
    replaced = [str(task.target) for task in tasks if task.target.exists() and _identity(task.target) in originals]
    if replaced:
        raise DenoisingError(
            f"A result would replace the image that it is made from: {named(replaced)}. Give another folder to -o."
        )


def _distinct(tasks: Sequence[Task], failures: list[str]) -> list[Task]:
    """Return the tasks without those whose results would have one name, each of which fails."""
    of_target: dict[str, list[Task]] = {}
    for task in {(task.target, _identity(task.source)): task for task in tasks}.values():  # whatever their spelling
        of_target.setdefault(str(task.target).casefold(), []).append(task)
    for same in of_target.values():
        if len(same) > 1:
            sources = " and ".join(str(task.source) for task in same)
            failures += [f"{task.source}: {sources} would all become {task.target}" for task in same]
    return [same[0] for same in of_target.values() if len(same) == 1]


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
