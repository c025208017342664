"""Reads IDX, the file format of MNIST: magic number, sizes, then the bytes (http://yann.lecun.com/exdb/mnist/)."""

import math
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DenoisingError

UNSIGNED_BYTE = 0x08
GZIP_MAGIC = b"\x1f\x8b"


def decompress(content: bytes, *, limit: int, name: str) -> bytes:
    """Return `content`, decompressed if it is a gzip file.

    Raises:
        DenoisingError: when it is damaged, truncated, or larger than `limit` bytes when decompressed.
    """
    if not content.startswith(GZIP_MAGIC):
        return content
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(content, limit + 1)
    except zlib.error as error:
        raise DenoisingError(f"{name} is a damaged gzip file: {error}.") from error
    if len(plain) > limit:
        raise DenoisingError(f"{name} decompresses to more than the expected {limit} bytes.")
    if not stream.eof:
        raise DenoisingError(f"{name} is a truncated gzip file: it ends after {len(plain)} bytes of content.")
    return plain


def parse(content: bytes, *, name: str) -> NDArray[np.uint8]:
    """Return the array of unsigned bytes in `content`; raises `DenoisingError` when header and length disagree."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE or not content[3]:
        raise DenoisingError(
            f"{name} is not an IDX file of unsigned bytes: it begins with {content[:4].hex(' ') or 'nothing'}."
        )
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DenoisingError(f"{name} is truncated: it ends within its IDX header.")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected, found = math.prod(shape), len(content) - start
    if expected != found:
        sizes = " x ".join(map(str, shape))
        raise DenoisingError(f"The header of {name} announces {sizes} = {expected} bytes, but the file has {found}.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def header(shape: tuple[int, ...]) -> bytes:
    """Return the IDX header of an array of unsigned bytes."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, UNSIGNED_BYTE, len(shape), *shape)
