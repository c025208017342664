"""Finds the four IDX files of a data set: in the user's cache, in Keras's, or on a mirror."""

import os
import sys
from pathlib import Path

import numpy as np
import pooch
from numpy.typing import NDArray

from stages.lib.failure import Mistake
from stages.lib.prepare import idx
from stages.lib.prepare.catalogue import CATALOGUE, PARTS, file_name
from stages.lib.prepare.checks import check, check_archive
from stages.lib.prepare.download import download

Arrays = dict[str, NDArray[np.uint8]]


def cache_folder() -> Path:
    """Return the folder that holds one folder a source: DENOISING_CACHE, else the user's cache folder."""
    chosen = os.environ.get("DENOISING_CACHE")
    return Path(chosen).expanduser() if chosen else Path(pooch.os_cache("denoising"))


def mirrors_of(source: str) -> list[str]:
    """Return the addresses that serve the files; DENOISING_MIRRORS, separated by blanks, comes instead of our own."""
    chosen = os.environ.get("DENOISING_MIRRORS")
    if chosen:
        return [f"{address.rstrip('/')}/{source}/" for address in chosen.split()]
    return list(CATALOGUE[source].mirrors)


def load_arrays(source: str) -> Arrays:
    """Return the four arrays of `source`, from the nearest place that holds them whole.

    Raises:
        Mistake: when no place does; the text says what was tried, and what to do.
    """
    tried: list[str] = []
    cached = _from_cache(source, tried)
    arrays = cached if len(cached) == len(PARTS) else _from_keras(source, tried) or _from_mirrors(source, cached, tried)
    if arrays is None:
        raise Mistake(_nowhere(source, tried))
    for line in tried:
        print(f"note: {line}", file=sys.stderr)
    return arrays


def _from_cache(source: str, tried: list[str]) -> Arrays:
    """Read the parts that the cache holds, packed or not."""
    folder = cache_folder() / source
    arrays: Arrays = {}
    for part in PARTS:
        packed = folder / file_name(part)
        for path in (packed, packed.with_suffix("")):
            if part not in arrays and path.is_file():
                try:
                    arrays[part] = check(path.read_bytes(), source=source, part=part, name=str(path))
                except Mistake as mistake:
                    tried.append(f"{mistake} It is not used.")
    return arrays


def _from_keras(source: str, tried: list[str]) -> Arrays | None:
    """Read the copy of MNIST that keras.datasets keeps; its arrays are held to the same checksums."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    path = Path(home) / "datasets" / f"{source}.npz"
    if source != "mnist" or not path.exists():
        return None
    names = dict(zip(PARTS, ("x_train", "y_train", "x_test", "y_test"), strict=True))
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            whole = {part: np.asarray(archive[name], np.uint8) for part, name in names.items()}
        return {
            part: check(idx.header(array.shape) + array.tobytes(), source=source, part=part, name=f"{path} ({part})")
            for part, array in whole.items()
        }
    except Exception as error:  # zipfile, zlib and NumPy raise many kinds for a damaged file
        reason = str(error) if isinstance(error, Mistake) else f"{path} cannot be read: {error}."
        tried.append(f"{reason} It is not used.")
        return None


def _from_mirrors(source: str, cached: Arrays, tried: list[str]) -> Arrays | None:
    """Download the parts that the cache lacks, or holds wrong, into the cache."""
    arrays = dict(cached)

    def check_download(content: bytes, name: str) -> None:
        check_archive(content, source=source, part=part, name=name)
        arrays[part] = check(content, source=source, part=part, name=name)

    for part in PARTS:
        if part in cached:
            continue
        target = cache_folder() / source / file_name(part)
        try:
            download(target.name, mirrors=mirrors_of(source), target=target, check=check_download)
        except LookupError as refusals:
            tried.extend(refusals.args[0])
            return None
    return arrays


def _nowhere(source: str, tried: list[str]) -> str:
    folder = cache_folder() / source
    lines = [f"No usable copy of {source} was found.", "Tried:"]
    lines += [f"  {line}" for line in tried] or ["  nothing"]
    lines += [
        "What to do, one of:",
        f"  put {', '.join(map(file_name, PARTS))} into {folder}",
        "  (DENOISING_CACHE chooses another folder, DENOISING_MIRRORS other mirrors)",
        "  run on the embedded digits, which need no network: dvc exp run -S prepare.source=digits",
        "  (outside of Git: set prepare.source to digits in params.yaml, then dvc repro)",
    ]
    return "\n".join(lines)
