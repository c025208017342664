"""Reads IDX, the file format of MNIST: magic number, sizes, then the bytes (http://yann.lecun.com/exdb/mnist/)."""

import math
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from stages.lib.failure import Mistake

UNSIGNED_BYTE = 0x08
GZIP_MAGIC = b"\x1f\x8b"


def decompress(content: bytes, *, limit: int, name: str) -> bytes:
    """Return `content` without its gzip wrapping, if it has one; raise Mistake beyond `limit` bytes or if cut short."""
    if not content.startswith(GZIP_MAGIC):
        return content
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(content, limit + 1)
    except zlib.error as error:
        raise Mistake(f"{name} is a damaged gzip file: {error}.") from error
    if len(plain) > limit:
        raise Mistake(f"{name} unpacks to more than the {limit} bytes that belong there.")
    if not stream.eof:
        raise Mistake(f"{name} is a gzip file that ends too early, after {len(plain)} bytes of content.")
    return plain


def parse(content: bytes, *, name: str) -> NDArray[np.uint8]:
    """Return the array of unsigned bytes that `content` describes; raise Mistake if header and length disagree."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE or not content[3]:
        raise Mistake(f"{name} is no IDX file of unsigned bytes: it begins with {content[:4].hex(' ') or 'nothing'}.")
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise Mistake(f"{name} ends within its IDX header.")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected, found = math.prod(shape), len(content) - start
    if expected != found:
        sizes = " x ".join(map(str, shape))
        raise Mistake(f"{name} promises {sizes} = {expected} bytes in its header, but holds {found}.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def header(shape: tuple[int, ...]) -> bytes:
    """Return the IDX header of an array of unsigned bytes."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, UNSIGNED_BYTE, len(shape), *shape)
