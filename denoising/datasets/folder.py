"""A folder of image files: finds them, and names what cannot be used."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from unicodedata import category, normalize

from denoising.errors import DenoisingError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")


@dataclass(frozen=True)
class ImageFile:
    """A clean image file by its name, its class, its group and its noisy versions, if there are any.

    Images of one group are not independent. Files without a group are one where they are equal.
    """

    name: str
    path: Path
    sha256: str
    class_name: str | None = None
    group: str = ""
    noisy: tuple["ImageFile", ...] = ()


def index_folder(folder: Path, *, on_file: Callable[[], object] = lambda: None) -> dict[str, str]:
    """Return the SHA-256 of every image file in a folder and its subfolders, sorted by name.

    Hidden files and files without the suffix of an image are left out.

    Raises:
        DenoisingError: when there is no such folder, with every name that cannot be used.
    """
    if not folder.is_dir():
        raise DenoisingError(f"There is no folder {folder}. Correct prepare.folder in params.yaml.")
    problems: list[str] = []
    found = sorted(_walk(folder, (folder.resolve(),), problems), key=lambda path: path.relative_to(folder).parts)
    folded: dict[str, str] = {}
    index = {}
    for path in found:
        name = path.relative_to(folder).as_posix()
        if any(category(char) in ("Cc", "Cs") for char in name):
            problems.append(f"{name!r}: the name contains control characters, or is not UTF-8")
            continue
        for part in (name, *map(str, PurePosixPath(name).parents)):
            other = folded.setdefault(normalize("NFC", part).casefold(), part)
            if other != part:
                what = "" if part == name else f"its folder {part} "
                problems.append(f"{name}: {what}differs from {other} in upper and lower case only; rename one of them")
        try:
            index[name] = sha256_of(path)
        except OSError as error:
            problems.append(f"{name}: {error.strerror}")
        on_file()
    if problems:
        raise DenoisingError(in_lines(f"Files in {folder} cannot be used:", problems))
    return index


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_lines(head: str, problems: Iterable[str]) -> str:
    """Return a message with a line for each problem."""
    return "\n".join([head, *(f"  {problem}" for problem in problems)])


def _walk(folder: Path, above: tuple[Path, ...], problems: list[str]) -> Iterator[Path]:
    """Yield the image files in a folder and its subfolders; links are followed, but not in a circle."""
    try:
        inside = list(folder.iterdir())
    except OSError as error:
        problems.append(f"{folder}: {error.strerror}")
        return
    for path in inside:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            real = path.resolve()
            if real in above:
                problems.append(f"{path}: is a link to a folder above it")
            else:
                yield from _walk(path, (*above, real), problems)
        elif path.is_symlink() and not path.exists():
            problems.append(f"{path}: is a link that leads nowhere")
        elif path.suffix.lower() in SUFFIXES:
            if path.is_file():
                yield path
            else:
                problems.append(f"{path}: is not a file")
