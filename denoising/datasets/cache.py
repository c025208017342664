"""Finds the four IDX files of a data set: in the user's cache, in the cache of Keras, or on a mirror."""

import os
import sys
from pathlib import Path

import numpy as np
import pooch
from numpy.typing import NDArray

from denoising.datasets import idx
from denoising.datasets.checksums import verify_archive, verify_content
from denoising.datasets.download import download
from denoising.datasets.registry import PARTS, REGISTRY, file_name
from denoising.errors import DatasetUnavailableError, DenoisingError

Arrays = dict[str, NDArray[np.uint8]]


def cache_folder() -> Path:
    """Return the folder that holds one folder per source: DENOISING_CACHE, or the user's cache folder."""
    chosen = os.environ.get("DENOISING_CACHE")
    return Path(chosen).expanduser() if chosen else Path(pooch.os_cache("denoising"))


def mirrors_of(source: str) -> list[str]:
    """Return the addresses that serve the files; DENOISING_MIRRORS, separated by spaces, replaces the built-in ones."""
    chosen = os.environ.get("DENOISING_MIRRORS")
    if chosen:
        return [f"{address.rstrip('/')}/{source}/" for address in chosen.split()]
    return list(REGISTRY[source].mirrors)


def load_arrays(source: str) -> Arrays:
    """Return the four arrays of `source` by their names in PARTS, from the nearest place that has all of them.

    Raises:
        DatasetUnavailableError: when none has; the message says what was tried and what to do.
    """
    problems: list[str] = []
    cached = _from_cache(source, problems)
    arrays = cached if len(cached) == len(PARTS) else _from_keras(source, problems)
    arrays = arrays or _from_mirrors(source, cached, problems)
    if arrays is None:
        raise DatasetUnavailableError(_unavailable(source, problems))
    for line in problems:
        print(f"note: {line}", file=sys.stderr)
    return arrays


def _from_cache(source: str, problems: list[str]) -> Arrays:
    """Read the parts that are in the cache, compressed or not."""
    folder = cache_folder() / source
    arrays: Arrays = {}
    for part in PARTS:
        compressed = folder / file_name(part)
        for path in (compressed, compressed.with_suffix("")):
            if part not in arrays and path.is_file():
                try:
                    arrays[part] = verify_content(path.read_bytes(), source=source, part=part, name=str(path))
                except DenoisingError as error:
                    problems.append(f"{error} It is ignored.")
    return arrays


def _from_keras(source: str, problems: list[str]) -> Arrays | None:
    """Read the copy of MNIST that keras.datasets keeps; the same checksums apply."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    path = Path(home) / "datasets" / f"{source}.npz"
    if source != "mnist" or not path.exists():
        return None
    names = dict(zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True))
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            whole = {part: np.asarray(archive[name], np.uint8) for part, name in names.items()}
        return {
            part: verify_content(
                idx.header(array.shape) + array.tobytes(), source=source, part=part, name=f"{path} ({part})"
            )
            for part, array in whole.items()
        }
    except Exception as error:  # zipfile, zlib and NumPy raise many types for a damaged file
        reason = str(error) if isinstance(error, DenoisingError) else f"{path} cannot be read: {error}."
        problems.append(f"{reason} It is ignored.")
        return None


def _from_mirrors(source: str, cached: Arrays, problems: list[str]) -> Arrays | None:
    """Download into the cache the parts that it lacks or has a wrong copy of."""
    arrays = dict(cached)

    def check_download(content: bytes, name: str) -> None:
        verify_archive(content, source=source, part=part, name=name)
        arrays[part] = verify_content(content, source=source, part=part, name=name)

    for part in PARTS:
        if part in cached:
            continue
        target = cache_folder() / source / file_name(part)
        try:
            download(target.name, mirrors=mirrors_of(source), target=target, check=check_download)
        except LookupError as failures:
            problems.extend(failures.args[0])
            return None
    return arrays


def _unavailable(source: str, problems: list[str]) -> str:
    folder = cache_folder() / source
    lines = [f"No usable copy of {source} was found.", "Tried:"]
    lines += [f"  {line}" for line in problems] or ["  nothing"]
    lines += [
        "What to do, one of:",
        f"  put {', '.join(map(file_name, PARTS))} into {folder}",
        "  (DENOISING_CACHE selects another folder, DENOISING_MIRRORS other mirrors)",
    ]
    return "\n".join(lines)
