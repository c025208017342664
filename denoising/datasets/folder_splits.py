"""Divides the images of a folder into training, validation and test images, with their classes and noisy versions."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from denoising.datasets.folder import SUFFIXES, ImageFile, in_lines
from denoising.errors import DenoisingError
from denoising.io.splits import SPLIT_NAMES

MAX_CLASSES = 256
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
    if options.group_by == "subfolder":
        files = [replace(file, group=_group(file)) for file in files]
        loose = [file.name for file in files if not file.group]
        if loose:
            raise DenoisingError(in_lines("These files are in no subfolder, so they belong to no group:", loose))
    if digests["noisy"]:
        files = _with_noisy(files, noisy, digests["noisy"])
    given = {file.name.split("/")[0].casefold() for file in files if "/" in file.name} & set(SPLIT_NAMES)
    if given:
        splits = _given_splits(files, options)
    else:
        rest, test = _divide(files, options.test_fraction, options, "test")
        train, validation = _divide(rest, options.validation_fraction, options, "validation")
        splits = {"train": train, "validation": validation, "test": test}
    return _labelled(splits, depth=1 if given else 0) if options.labels == "subfolder" else splits


def _given_splits(files: list[ImageFile], options: FolderOptions) -> dict[str, list[ImageFile]]:
    splits: dict[str, list[ImageFile]] = {name: [] for name in SPLIT_NAMES}
    outside = []
    for file in files:
        part = file.name.split("/")[0].casefold() if "/" in file.name else ""
        splits[part].append(file) if part in splits else outside.append(file.name)
    if outside:
        raise DenoisingError(in_lines("These files are in none of the subfolders train, validation and test:", outside))
    for name in ("train", "test"):
        if not splits[name]:
            raise DenoisingError(f"There is no image in a subfolder {name}. Add it, or rename the other subfolders.")
    if not splits["validation"]:
        splits["train"], splits["validation"] = _divide(
            splits["train"], options.validation_fraction, options, "validation"
        )
    _require_separate(splits)
    return splits


def _divide(
    files: list[ImageFile], fraction: float, options: FolderOptions, held_out: str
) -> tuple[list[ImageFile], list[ImageFile]]:
    """Return the files kept, and those of a fraction of the groups, chosen by a hash of seed and group or content."""
    groups: dict[str, list[ImageFile]] = defaultdict(list)
    for file in files:
        groups[file.group or file.sha256].append(file)
    order = [groups[key] for key in sorted(groups, key=lambda key: _rank(key, options.seed, held_out))]
    count = round(fraction * len(order))
    if not 0 < count < len(order):
        what = "subfolders" if options.group_by == "subfolder" else "different images"
        raise DenoisingError(
            f"A fraction of {fraction} of {len(order)} {what} leaves the split {held_out} or the training images "
            "empty. Add images, or choose another fraction."
        )
    chosen = {file.name for group in order[:count] for file in group}
    return [file for file in files if file.name not in chosen], [file for file in files if file.name in chosen]


def _group(file: ImageFile) -> str:
    """Return the first subfolder of a file, below that of its split if there is one; empty where there is none."""
    parts = map(_folded, PurePosixPath(file.name).parts[:-1])
    return next((part for part in parts if part not in SPLIT_NAMES), "")


def _require_separate(splits: dict[str, list[ImageFile]]) -> None:
    """Raise `DenoisingError` where files of one group were put into several splits."""
    places: dict[str, set[str]] = defaultdict(set)
    for split, files in splits.items():
        for file in files:
            places[file.group].add(split)
    shared = [f"{group}: {', '.join(sorted(of))}" for group, of in places.items() if group and len(of) > 1]
    if shared:
        raise DenoisingError(in_lines("These groups are in several splits; keep each in one:", shared))


def _rank(key: str, seed: int, held_out: str) -> bytes:
    return hashlib.sha256(f"{seed}/{held_out}/{key}".encode()).digest()


def _labelled(splits: dict[str, list[ImageFile]], *, depth: int) -> dict[str, list[ImageFile]]:
    """Return the files with their class: the name of the subfolder at this depth."""
    parts = {file.name: PurePosixPath(file.name).parts[depth:-1] for of in splits.values() for file in of}
    without = [name for name, folders in parts.items() if not folders]
    if without:
        raise DenoisingError(in_lines("These files are in no subfolder, so they have no class:", without))
    classes = {folders[0]: _folded(folders[0]) for folders in parts.values()}
    if len(classes) > MAX_CLASSES:
        raise DenoisingError(f"There are {len(classes)} subfolders, but at most {MAX_CLASSES} classes.")
    alike = [name for name, folded in classes.items() if list(classes.values()).count(folded) > 1]
    if alike:
        raise DenoisingError(f"These classes differ in upper and lower case only: {', '.join(sorted(alike))}.")
    unknown = classes.keys() - {parts[file.name][0] for file in splits["train"]}
    if unknown:
        raise DenoisingError(f"These classes have no training image: {', '.join(sorted(unknown))}.")
    return {split: [replace(file, class_name=parts[file.name][0]) for file in of] for split, of in splits.items()}


def _with_noisy(files: list[ImageFile], folder: Path, digests: Digests) -> list[ImageFile]:
    """Return the clean files with their noisy versions: a file of the same name, or all files of a folder NAME/.

    The suffixes may differ.
    """
    stems = {_stem(file.name): file for file in files}
    versions: dict[str, list[ImageFile]] = defaultdict(list)
    problems = []
    for name, digest in digests.items():
        keys = (_stem(name), normalize("NFC", str(PurePosixPath(name).parent)))
        key = next((key for key in keys if key in stems), None)
        if key is None:
            problems.append(f"{name}: there is no clean image {keys[0]}")
        else:
            versions[key].append(ImageFile(name, folder / name, digest))
    problems += [f"{file.name}: there is no noisy image for it" for stem, file in stems.items() if stem not in versions]
    for file in files:
        other = stems[_stem(file.name)]
        if other is not file:
            problems.append(f"{file.name}: differs from {other.name} in its suffix only")
    if problems:
        raise DenoisingError(in_lines("Clean and noisy images do not match:", problems))
    return [replace(file, noisy=tuple(versions[stem])) for stem, file in stems.items()]


def _folded(name: str) -> str:
    return normalize("NFC", name).casefold()


def _stem(name: str) -> str:
    """Return a name without its suffix; systems write accents in two ways."""
    return normalize("NFC", str(PurePosixPath(name).with_suffix("")))
