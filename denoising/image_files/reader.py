"""Reads an image file whole, whatever its format, or says in one sentence why it cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage
from denoising.image_files.raster import decode_raster
from denoising.image_files.tiff import MAGIC, decode_tiff


def read_image_file(path: Path) -> Iterator[DecodedImage]:
    """Yield the image in a file, or the pages of a TIFF file; raises as `decode_image` does."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ImageFileError(f"{path}: {error.strerror}") from error
    with file:
        yield from decode_image(file, name=str(path))


def decode_image(file: BinaryIO, *, name: str) -> Iterator[DecodedImage]:
    """Yield the image in an open file, or the pages of a TIFF file, one after the other, upright.

    The content decides the format, not the suffix of the name. Pixels keep their depth; palettes are resolved.

    Raises:
        ImageFileError: when it is no such image, damaged, or could only be read in part.
    """
    with naming(name):
        if is_tiff(file):
            yield from (page.upright() for page in decode_tiff(file))
        else:
            yield decode_raster(file.read()).upright()


def is_tiff(file: BinaryIO) -> bool:
    """Say whether an open file begins as a TIFF file does."""
    file.seek(0)
    begins = file.read(len(MAGIC[0])) in MAGIC
    file.seek(0)
    return begins


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Turn whatever the libraries raise for a damaged file into an `ImageFileError` that names the file."""
    try:
        yield
    except ImageFileError as error:
        raise ImageFileError(f"{name}: {error}") from error
    except MemoryError as error:
        raise ImageFileError(f"{name}: there is not enough memory for it") from error
    except Exception as error:  # of many types
        raise ImageFileError(f"{name}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    text = str(error).partition("\n")[0]
    if "input stream too small" in text:  # of PNG
        return "it is truncated: a part of its pixels is missing"
    if "cannot identify image file" in text:
        return "this is no PNG, JPEG, TIFF, WebP or BMP image"
    return text or type(error).__name__
