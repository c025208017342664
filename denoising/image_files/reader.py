"""Reads an image file whole, whatever its format, or says in one sentence why it cannot be read."""

from collections.abc import Iterator
from pathlib import Path

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage
from denoising.image_files.raster import decode_raster
from denoising.image_files.tiff import MAGIC, decode_tiff


def read_image_file(path: Path) -> Iterator[DecodedImage]:
    """Yield the image in a file, or the pages of a TIFF file; raises as `decode_image` does."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImageFileError(f"{path}: {error.strerror}") from error
    yield from decode_image(content, name=str(path))


def decode_image(content: bytes, *, name: str) -> Iterator[DecodedImage]:
    """Yield the image in the content of a file, or the pages of a TIFF file.

    The content decides the format, not the suffix of the name. Pixels keep their depth; palettes are resolved;
    orientation is obeyed.

    Raises:
        ImageFileError: when it is no such image, damaged, or could only be read in part.
    """
    try:
        if content.startswith(MAGIC):
            yield from decode_tiff(content)
        else:
            yield decode_raster(content)
    except ImageFileError as error:
        raise ImageFileError(f"{name}: {error}") from error
    except Exception as error:  # the libraries raise many types for a damaged file
        raise ImageFileError(f"{name}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    text = str(error).partition("\n")[0]
    if "cannot identify image file" in text:
        return "this is no PNG, JPEG, TIFF, WebP or BMP image"
    return text or type(error).__name__
