"""Verifies that a file is the part of a data set that it should be."""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from denoising.datasets import idx
from denoising.datasets.registry import CLASSES, REGISTRY, SHAPES
from denoising.errors import DenoisingError

MAX_BLANK_FRACTION = 0.01  # of the images of a copy that no checksum verifies


def max_bytes(part: str) -> int:
    """Return how large the file of a part may be: its plain content, which a compressed file does not exceed."""
    return len(idx.header(SHAPES[part])) + math.prod(SHAPES[part]) + 1024


def verify(content: bytes, *, source: str, part: str, name: str) -> tuple[NDArray[np.uint8], bool]:
    """Return the array in the file `content`, and whether a checksum shows that it is the part of the source.

    The checksums are those of the content where known, else that of the original archive. Where the file is another
    archive, or plain, and the checksum of its content is not known, only its form is checked.

    Raises:
        DenoisingError: when it is something else: damaged, of another source, or not images or labels at all.
    """
    plain = idx.decompress(content, limit=max_bytes(part), name=name)
    array = idx.parse(plain, name=name)
    if array.shape != SHAPES[part]:
        raise DenoisingError(f"{name} is not the {part} of {source}: its shape is {array.shape}, not {SHAPES[part]}.")
    archive, digest = hashlib.md5(content, usedforsecurity=False).hexdigest(), hashlib.sha256(plain).hexdigest()
    for other, known in REGISTRY.items():
        for its_part in SHAPES:
            is_same = digest == known.sha256.get(its_part) or archive == known.md5[its_part]
            if is_same and (other, its_part) != (source, part):
                raise DenoisingError(f"{name} is the {its_part} of {other}, not the {part} of {source}.")
    expected = REGISTRY[source].sha256.get(part)
    if expected and digest != expected:
        raise DenoisingError(
            f"{name} is not the {part} of {source}: the SHA-256 of its content is {digest[:12]}, not {expected[:12]}."
        )
    is_verified = bool(expected) or archive == REGISTRY[source].md5[part]
    if not is_verified:
        _require_plausible(array, source=source, part=part, name=name)
    return array, is_verified


def verify_archive(content: bytes, *, source: str, part: str, name: str) -> None:
    """Compare a downloaded archive with its published MD5, where no checksum of its content is known."""
    expected = REGISTRY[source].md5[part]
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if part not in REGISTRY[source].sha256 and found != expected:
        raise DenoisingError(f"{name} is not the {part} of {source}: its MD5 is {found[:12]}, not {expected[:12]}.")


def _require_plausible(array: NDArray[np.uint8], *, source: str, part: str, name: str) -> None:
    if part.endswith("labels"):
        if set(np.unique(array).tolist()) != set(range(CLASSES)):
            raise DenoisingError(f"{name} is not the {part} of {source}: its labels are not the numbers from 0 to 9.")
    elif np.mean(np.ptp(array.reshape(len(array), -1), axis=1) == 0) > MAX_BLANK_FRACTION:
        raise DenoisingError(f"{name} is not the {part} of {source}: many of its images have only one grey value.")
