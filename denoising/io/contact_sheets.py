"""Contact sheets: many small images in one PNG file of plain pixels, tile beside tile."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from denoising.errors import DamagedFileError
from denoising.images import Bytes

MAX_PIXELS = 2**26


def write_contact_sheet(path: Path, rows: Mapping[str, Bytes]) -> None:
    """Write rows of images, (N, H, W, C) each, as one PNG of len(rows) rows and N columns."""
    sheet = np.concatenate([np.concatenate(list(images), axis=1) for images in rows.values()])  # (rows H, N W, C)
    Image.fromarray(sheet[..., 0] if sheet.shape[-1] == 1 else sheet).save(path)


def read_contact_sheet(path: Path, *, rows: Sequence[str], count: int) -> dict[str, Bytes]:
    """Return what `write_contact_sheet` wrote: for each of the rows, `count` images (N, H, W) or (N, H, W, 3).

    Raises:
        DamagedFileError: when the file is missing, damaged, or of another size.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"{image.width} x {image.height} pixels are more than a contact sheet has")
            sheet = np.asarray(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DamagedFileError(f"{path} cannot be read: {error}.") from error
    if sheet.shape[0] % len(rows) or sheet.shape[1] % count or sheet.ndim > 3:
        raise DamagedFileError(f"{path} does not hold {len(rows)} rows of {count} images.")
    return {
        name: np.stack(np.split(row, count, axis=1)) for name, row in zip(rows, np.split(sheet, len(rows)), strict=True)
    }
