"""Tells whether a file is the part of a data set that it should be."""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from stages.lib.failure import Mistake
from stages.lib.prepare import idx
from stages.lib.prepare.catalogue import CATALOGUE, SHAPES


def check(content: bytes, *, source: str, part: str, name: str) -> NDArray[np.uint8]:
    """Return the array inside the file `content`; raise Mistake unless it is the right one."""
    shape = SHAPES[part]
    plain = idx.decompress(content, limit=len(idx.header(shape)) + math.prod(shape), name=name)
    array = idx.parse(plain, name=name)
    if array.shape != shape:
        raise Mistake(f"{name} is not the {part} of {source}: its shape is {array.shape}, not {shape}.")
    expected = CATALOGUE[source].sha256.get(part)
    found = hashlib.sha256(plain).hexdigest()
    if expected and found != expected:
        raise Mistake(
            f"{name} is not the {part} of {source}: the SHA-256 inside is {found[:12]}…, not {expected[:12]}…."
        )
    return array


def check_archive(content: bytes, *, source: str, part: str, name: str) -> None:
    """Hold a downloaded archive to its published MD5, where nothing is known of what is inside."""
    expected = CATALOGUE[source].md5[part]
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if part not in CATALOGUE[source].sha256 and found != expected:
        raise Mistake(f"{name} is not the {part} of {source}: its MD5 is {found[:12]}…, not {expected[:12]}….")
