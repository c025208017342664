"""Finds the four IDX files of a data set: in the user's cache, in the cache of Keras, or on a mirror."""

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import platformdirs
from numpy.typing import NDArray

from denoising.datasets import idx
from denoising.datasets.checksums import max_bytes, verify, verify_archive
from denoising.datasets.download import download
from denoising.datasets.registry import PARTS, REGISTRY, file_name
from denoising.errors import DatasetUnavailableError, DenoisingError


@dataclass
class DatasetCopy:
    """The arrays of a data set by their names in PARTS, and those that no checksum verifies."""

    arrays: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    unverified: set[str] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        """Whether all four arrays are there."""
        return len(self.arrays) == len(PARTS)

    def add(self, content: bytes, *, source: str, part: str, name: str) -> None:
        """Add the part in the file `content`; raises `DenoisingError` if it is something else."""
        self.arrays[part], is_verified = verify(content, source=source, part=part, name=name)
        if not is_verified:
            self.unverified.add(part)


def cache_folder() -> Path:
    """Return the folder that holds one folder per source: DENOISING_CACHE, or the user's cache folder.

    Raises:
        OSError: when it is the home folder of a user that does not exist.
    """
    chosen = os.environ.get("DENOISING_CACHE")
    try:
        return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("denoising"))
    except RuntimeError as error:
        raise OSError(f"DENOISING_CACHE is {chosen}, but there is no such user") from error


def mirrors_of(source: str, known: Iterable[str]) -> list[str]:
    """Return the addresses that serve the files: those that are known, or those of DENOISING_MIRRORS.

    The latter are separated by spaces, and serve a folder for each source.
    """
    chosen = os.environ.get("DENOISING_MIRRORS", "").split()
    return [f"{address.rstrip('/')}/{source}/" for address in chosen] or list(known)


def load_copy(source: str) -> DatasetCopy:
    """Return the four arrays of `source`, from the nearest place that has all of them.

    Raises:
        DatasetUnavailableError: when none has; the message says what was tried and what to do.
    """
    problems: list[str] = []
    cached = _from_cache(source, problems)
    copy = cached if cached.is_complete else _from_keras(source, problems)
    copy = copy or _from_mirrors(source, cached, problems)
    if copy is None:
        raise DatasetUnavailableError(_unavailable(source, problems))
    if copy.unverified:
        problems.append(f"unverified copy of {source}: no checksum is known for {', '.join(sorted(copy.unverified))}.")
    for line in problems:
        print(f"note: {line}", file=sys.stderr)
    return copy


def _from_cache(source: str, problems: list[str]) -> DatasetCopy:
    """Read the parts that are in the cache, compressed or not."""
    copy = DatasetCopy()
    for part in PARTS:
        for name in (file_name(part), file_name(part).removesuffix(".gz")):
            if part in copy.arrays:
                continue
            try:
                path = cache_folder() / source / name
                if path.is_file():
                    copy.add(_read(path, limit=max_bytes(part)), source=source, part=part, name=str(path))
            except DenoisingError as error:
                problems.append(f"{error} It is ignored.")
            except OSError as error:
                problems.append(f"the cache cannot be read: {error}.")
                return copy
    return copy


def _read(path: Path, *, limit: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise DenoisingError(f"{path} is larger than the {limit:,} bytes that it may have.")
    return content


def _from_keras(source: str, problems: list[str]) -> DatasetCopy | None:
    """Read the copy of MNIST that keras.datasets keeps; the same checksums apply."""
    names = dict(zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True))
    copy, path = DatasetCopy(), Path("mnist.npz")
    try:
        path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets" / path
        if source != "mnist" or not path.exists():
            return None
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            for part, name in names.items():
                if archive.zip.getinfo(f"{name}.npy").file_size > max_bytes(part):
                    raise DenoisingError(f"{path} is not the copy of Keras: {name} is too large.")
                array = np.asarray(archive[name], np.uint8)
                content = idx.header(array.shape) + array.tobytes()
                copy.add(content, source=source, part=part, name=f"{path} ({part})")
        return copy
    except Exception as error:  # zipfile, zlib and NumPy raise many types for a damaged file
        reason = str(error) if isinstance(error, DenoisingError) else f"{path} cannot be read: {error}."
        problems.append(f"{reason} It is ignored.")
        return None


def _from_mirrors(source: str, cached: DatasetCopy, problems: list[str]) -> DatasetCopy | None:
    """Download into the cache the parts that it lacks or has a wrong copy of."""
    copy = DatasetCopy(dict(cached.arrays), set(cached.unverified))

    def check_download(content: bytes, name: str) -> None:
        verify_archive(content, source=source, part=part, name=name)
        copy.add(content, source=source, part=part, name=name)

    with ExitStack() as stack:
        try:
            folder = cache_folder() / source
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(f"{folder} may not be written")
        except OSError as error:
            problems.append(f"the cache cannot be used: {error}. What is downloaded is not kept.")
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="download-")))
        for part in (part for part in PARTS if part not in cached.arrays):
            target = folder / file_name(part)
            try:
                download(
                    mirrors_of(source, REGISTRY[source].mirrors),
                    target=target,
                    limit=max_bytes(part),
                    check=check_download,
                )
            except LookupError as failures:
                problems.extend(failures.args[0])
                return None
    return copy


def _unavailable(source: str, problems: list[str]) -> str:
    lines = [f"No usable copy of {source} was found.", "Tried:"]
    lines += [f"  {line}" for line in problems] or ["  nothing"]
    try:
        folder = str(cache_folder() / source)
    except OSError:
        folder = f"a folder {source} in a folder of your choice, and set DENOISING_CACHE to that"
    lines += [
        "What to do, one of:",
        f"  put {', '.join(map(file_name, PARTS))} into {folder}",
        "  (DENOISING_CACHE selects another folder, DENOISING_MIRRORS other mirrors)",
    ]
    return "\n".join(lines)
