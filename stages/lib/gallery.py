"""Chooses the images that the figures show, and keeps them as sheets: PNG files of plain pixels, tile beside tile."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stages.lib.failure import Mistake
from stages.lib.images import Bytes

ROWS = ("noisy", "denoised", "clean")
KEPT = 20  # images of each group, at most

Indices = NDArray[np.intp]


def choose(table: Mapping[str, NDArray[Any]]) -> dict[str, Indices]:
    """Return at most 20 indices for each group of images, by the columns of the table of all images.

    The first images; by the PSNR of the denoised image the worst, the best and the middle ones; and of those that are
    recognised when clean, those that were taken for another class when noisy and are not any more (repaired), and the
    other way round (flipped). The last two may be empty.
    """
    psnr, label = table["denoised_psnr"], table["label"]
    ranking = np.argsort(psnr, kind="stable")
    from_middle = np.argsort(np.abs(np.arange(len(ranking)) - len(ranking) // 2), kind="stable")
    clean, noisy, denoised = (table[f"{kind}_class"] == label for kind in ("clean", "noisy", "denoised"))
    groups = {
        "first": np.arange(len(psnr)),
        "worst": ranking,
        "median": ranking[from_middle],
        "best": ranking[::-1],
        "repaired": np.flatnonzero(clean & ~noisy & denoised),
        "flipped": np.flatnonzero(clean & noisy & ~denoised),
    }
    return {name: indices[:KEPT] for name, indices in groups.items()}


def one_of_each_class(labels: NDArray[Any]) -> Indices:
    """Return the index of the first image of each class, of ten classes at most."""
    return np.unique(labels, return_index=True)[1][:10]


def write_sheet(path: Path, rows: Mapping[str, Bytes]) -> None:
    """Write rows of images, (N, H, W, C) each, as one PNG of as many rows and N columns."""
    sheet = np.concatenate([np.concatenate(list(images), axis=1) for images in rows.values()])  # (rows H, N W, C)
    Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet).save(path)


def read_sheet(path: Path, *, rows: Sequence[str] = ROWS, count: int) -> dict[str, Bytes]:
    """Return what `write_sheet` wrote: for each of the rows, `count` images (N, H, W) or (N, H, W, 3)."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            sheet = np.asarray(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise Mistake(f"{path} cannot be read ({error}). `dvc repro` makes it again.") from error
    if sheet.shape[0] % len(rows) or sheet.shape[1] % count:
        raise Mistake(f"{path} does not hold {len(rows)} rows of {count} images. `dvc repro` makes it again.")
    return {
        name: np.stack(np.split(row, count, axis=1)) for name, row in zip(rows, np.split(sheet, len(rows)), strict=True)
    }
