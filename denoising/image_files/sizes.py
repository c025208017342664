"""Says how large an image is without decoding it."""

from pathlib import Path

import tifffile

from denoising.image_files.raster import opened
from denoising.image_files.reader import is_tiff
from denoising.image_files.tiff import refusing_what_is_logged


def pixel_count(path: Path) -> int:
    """Return the number of pixels in a file, those of all pages of a TIFF file; 0 where it cannot be read."""
    try:
        with path.open("rb") as file:
            if is_tiff(file):
                with refusing_what_is_logged(), tifffile.TiffFile(file) as tiff:
                    first = tiff.pages.first
                    return len(tiff.pages) * first.imagewidth * first.imagelength
            with opened(file) as image:
                return image.width * image.height
    except Exception:  # whoever reads it says what is wrong
        return 0
