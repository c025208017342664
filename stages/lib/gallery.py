"""Chooses the images that the figures show, and keeps them as sheets: PNG files of plain pixels, tile beside tile."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stages.lib.failure import Mistake
from stages.lib.images import Bytes

ROWS = ("noisy", "denoised", "clean")
KEPT = 20  # images of each group


def choose(denoised_psnr: NDArray[np.float64]) -> dict[str, NDArray[np.intp]]:
    """Return 20 indices for each group: the first images, and by PSNR the worst, the best and the middle ones."""
    count = min(KEPT, len(denoised_psnr))
    ranking = np.argsort(denoised_psnr, kind="stable")
    from_middle = np.argsort(np.abs(np.arange(len(ranking)) - len(ranking) // 2), kind="stable")
    return {
        "first": np.arange(count),
        "worst": ranking[:count],
        "median": ranking[from_middle[:count]],
        "best": ranking[::-1][:count],
    }


def write_sheet(path: Path, rows: dict[str, Bytes]) -> None:
    """Write images, (N, H, W, C) for each of ROWS, as one PNG of three rows and N columns."""
    sheet = np.concatenate([np.concatenate(list(rows[name]), axis=1) for name in ROWS])  # (3 H, N W, C)
    Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet).save(path)


def read_sheet(path: Path, *, count: int) -> dict[str, Bytes]:
    """Return what `write_sheet` wrote: for each of ROWS, `count` images (N, H, W) or (N, H, W, 3)."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            sheet = np.asarray(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise Mistake(f"{path} cannot be read ({error}). `dvc repro` makes it again.") from error
    if sheet.shape[0] % len(ROWS) or sheet.shape[1] % count:
        raise Mistake(f"{path} does not hold {len(ROWS)} rows of {count} images. `dvc repro` makes it again.")
    return {
        name: np.stack(np.split(row, count, axis=1)) for name, row in zip(ROWS, np.split(sheet, len(ROWS)), strict=True)
    }
