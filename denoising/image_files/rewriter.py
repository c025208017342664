"""Writes an image file anew with other pixels: all else stays as it was."""

from pathlib import Path

from denoising.image_files.decoded import Change
from denoising.image_files.raster import decode_raster
from denoising.image_files.raster_writer import encode_raster
from denoising.image_files.reader import is_tiff, naming
from denoising.image_files.tiff_writer import rewrite_tiff
from denoising.io.temporary_arrays import TemporaryArrays


def rewrite_image(
    source: Path, target: Path, change: Change, *, arrays: TemporaryArrays, name: str | None = None
) -> None:
    """Write to `target` what `change` makes of the image in `source`, or of each page of a TIFF file.

    The pixels are given as they are stored, not turned upright, and must keep shape and type. Format, depth,
    transparency, compression and metadata are kept; palettes become colours. What is large lies in `arrays`; `name`
    stands for the file in messages.

    Raises:
        ImageFileError: when `source` is no such image, damaged, or could only be read in part.
    """
    with naming(name or str(source)), source.open("rb") as file:
        if is_tiff(file):
            rewrite_tiff(file, target, change, allocate=arrays.allocate)
            return
        content = arrays.read(file)
        image = change(decode_raster(content, allocate=arrays.allocate))
        with target.open("wb") as written:
            for part in encode_raster(image, content, allocate=arrays.allocate):
                written.write(part)
