"""Divides the images of a folder into training, validation and test images, with their classes and noisy versions."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from denoising.datasets.folder import SUFFIXES, ImageFile, in_lines
from denoising.errors import DenoisingError
from denoising.io.splits import SPLIT_NAMES

Digests = Mapping[str, str]  # the SHA-256 of every file by its name: its path in the folder, with slashes


@dataclass(frozen=True)
class FolderOptions:
    """How a folder becomes splits; `group_by` and `labels` are "none" or "subfolder"."""

    test_fraction: float
    validation_fraction: float
    group_by: str
    labels: str
    seed: int


def split_files(
    clean: Path, noisy: Path, digests: Mapping[str, Digests], options: FolderOptions
) -> dict[str, list[ImageFile]]:
    """Return the files of each split.

    Subfolders train, test and, if there is one, validation are the splits. Otherwise files are divided by the seed: a
    file added later hardly changes the split of others. Equal files, and with `group_by` those of one subfolder, stay
    together.

    Raises:
        DenoisingError: when a split would be empty, or clean and noisy files do not match, with every name.
    """
    files = [ImageFile(name, clean / name, digest) for name, digest in digests["clean"].items()]
    if not files:
        raise DenoisingError(
            f"There is no image in {clean} ({', '.join(SUFFIXES)}). Put images there, or set prepare.folder.clean. A "
            "temporary folder of an experiment has only what Git or DVC knows: run `dvc add` on your folder first."
        )
    if digests["noisy"]:
        files = _with_noisy(files, noisy, digests["noisy"])
    given = {PurePosixPath(file.name).parts[0] for file in files if "/" in file.name}
    if {"train", "test"} <= given:
        splits = _given_splits(files, options)
    else:
        rest, test = _divide(files, options.test_fraction, options, "test")
        train, validation = _divide(rest, options.validation_fraction, options, "validation")
        splits = {"train": train, "validation": validation, "test": test}
    if options.labels == "subfolder":
        depth = 1 if {"train", "test"} <= given else 0
        splits = _labelled(splits, depth=depth)
    return splits


def _given_splits(files: list[ImageFile], options: FolderOptions) -> dict[str, list[ImageFile]]:
    splits: dict[str, list[ImageFile]] = {name: [] for name in SPLIT_NAMES}
    outside = []
    for file in files:
        part = PurePosixPath(file.name).parts[0]
        splits[part].append(file) if part in splits and "/" in file.name else outside.append(file.name)
    if outside:
        raise DenoisingError(in_lines("These files are in none of the subfolders train, validation and test:", outside))
    if not splits["validation"]:
        splits["train"], splits["validation"] = _divide(
            splits["train"], options.validation_fraction, options, "validation"
        )
    return splits


def _divide(
    files: list[ImageFile], fraction: float, options: FolderOptions, held_out: str
) -> tuple[list[ImageFile], list[ImageFile]]:
    """Return the files kept, and those of a fraction of the groups, chosen by a hash of seed and name."""
    groups: dict[str, list[ImageFile]] = defaultdict(list)
    for file in files:
        folder = str(PurePosixPath(file.name).parent)
        groups[folder if options.group_by == "subfolder" else file.sha256].append(file)
    order = sorted(groups.values(), key=lambda group: _rank(group[0], options, held_out))
    count = round(fraction * len(order))
    if not 0 < count < len(order):
        what = "subfolders" if options.group_by == "subfolder" else "different images"
        raise DenoisingError(
            f"A fraction of {fraction} of {len(order)} {what} leaves the split {held_out} or the training images "
            "empty. Add images, or choose another fraction."
        )
    chosen = {file.name for group in order[:count] for file in group}
    return [file for file in files if file.name not in chosen], [file for file in files if file.name in chosen]


def _rank(file: ImageFile, options: FolderOptions, held_out: str) -> bytes:
    key = str(PurePosixPath(file.name).parent) if options.group_by == "subfolder" else file.sha256
    return hashlib.sha256(f"{options.seed}/{held_out}/{key}".encode()).digest()


def _labelled(splits: dict[str, list[ImageFile]], *, depth: int) -> dict[str, list[ImageFile]]:
    """Return the files with the number of their class, the subfolder at this depth, in alphabetical order."""
    parts = {file.name: PurePosixPath(file.name).parts[depth:-1] for of in splits.values() for file in of}
    without = [name for name, folders in parts.items() if not folders]
    if without:
        raise DenoisingError(in_lines("These files are in no subfolder, so they have no class:", without))
    classes = sorted({folders[0] for folders in parts.values()})
    if len(classes) > 256:
        raise DenoisingError(f"There are {len(classes)} subfolders, but at most 256 classes.")
    return {
        split: [replace(file, label=classes.index(parts[file.name][0])) for file in of] for split, of in splits.items()
    }


def _with_noisy(files: list[ImageFile], folder: Path, digests: Digests) -> list[ImageFile]:
    """Return the clean files with their noisy versions: a file of the same name, or all files of a folder NAME/.

    The suffixes may differ.
    """
    stems = {str(PurePosixPath(file.name).with_suffix("")): file for file in files}
    versions: dict[str, list[ImageFile]] = defaultdict(list)
    problems = []
    for name, digest in digests.items():
        path = PurePosixPath(name)
        keys = (str(path.with_suffix("")), str(path.parent))
        key = next((key for key in keys if key in stems), None)
        if key is None:
            problems.append(f"{name}: there is no clean image {keys[0]}")
        else:
            versions[key].append(ImageFile(name, folder / name, digest))
    problems += [f"{file.name}: there is no noisy image for it" for stem, file in stems.items() if stem not in versions]
    if len(stems) < len(files):
        problems.append("two clean images differ in their suffix only")
    if problems:
        raise DenoisingError(in_lines("Clean and noisy images do not match:", problems))
    return [replace(file, noisy=tuple(versions[stem])) for stem, file in stems.items()]
