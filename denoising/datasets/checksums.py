"""Verifies that a file is the part of a data set that it should be."""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from denoising.datasets import idx
from denoising.datasets.registry import REGISTRY, SHAPES
from denoising.errors import DenoisingError


def verify_content(content: bytes, *, source: str, part: str, name: str) -> NDArray[np.uint8]:
    """Return the array in the file `content`; raises `DenoisingError` unless it is the expected one."""
    shape = SHAPES[part]
    plain = idx.decompress(content, limit=len(idx.header(shape)) + math.prod(shape), name=name)
    array = idx.parse(plain, name=name)
    if array.shape != shape:
        raise DenoisingError(f"{name} is not the {part} of {source}: its shape is {array.shape}, not {shape}.")
    expected = REGISTRY[source].sha256.get(part)
    found = hashlib.sha256(plain).hexdigest()
    if expected and found != expected:
        raise DenoisingError(
            f"{name} is not the {part} of {source}: the SHA-256 of its content is {found[:12]}…, not {expected[:12]}…."
        )
    return array


def verify_archive(content: bytes, *, source: str, part: str, name: str) -> None:
    """Compare a downloaded archive with its published MD5, where no checksum of its content is known."""
    expected = REGISTRY[source].md5[part]
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if part not in REGISTRY[source].sha256 and found != expected:
        raise DenoisingError(f"{name} is not the {part} of {source}: its MD5 is {found[:12]}…, not {expected[:12]}….")
