"""Checks that no measured image, and no noise of one, was available in training."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from denoising.errors import DenoisingError
from denoising.images import Bytes, Images, as_bytes
from denoising.io.splits import Split

Fingerprint = bytes
MIN_CHANGED_PIXELS = 20  # of 108; there are more than 10^21 ways to choose so many


def check_leakage(measured: Split, learned_from: Iterable[Split], *, known_duplicates: int) -> tuple[int, int]:
    """Return how many measured images are also among those learned from, and for how many the noise can be traced.

    Raises:
        DenoisingError: when there are more duplicates than `known_duplicates`, those of the source itself, or when
            noise of a measured image was used in training.
    """
    images, noises = set(image_fingerprints(measured.clean)), set(noise_fingerprints(measured))
    seen: set[Fingerprint] = set()
    for split in learned_from:
        seen |= images.intersection(image_fingerprints(split.clean))
        shared = noises.intersection(noise_fingerprints(split))
        if shared:
            raise DenoisingError(f"The noise of {len(shared)} measured images was also used in training. {_ADVICE}")
    duplicates = sum(fingerprint in seen for fingerprint in image_fingerprints(measured.clean))
    if duplicates > known_duplicates:
        raise DenoisingError(
            f"{duplicates} measured images were also trained on; the source repeats {known_duplicates}. {_ADVICE}"
        )
    return duplicates, len(noises)


_ADVICE = "The scores would be too high. Prepare the data again."


def image_fingerprints(images: Bytes | Images) -> Iterator[Fingerprint]:
    """Yield a digest of the content of each image."""
    for image in images:
        yield hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest()


def noise_fingerprints(split: Split) -> Iterator[Fingerprint]:
    """Yield a digest of the noise on the outermost pixels of each image.

    These pixels are the same in most images, so noise that was used twice is found even on different images. Images
    whose outermost pixels the noise hardly changed could be equal by chance and are left out: speckle and Poisson noise
    leave black alone, and cannot be traced there.
    """
    for clean, noisy in zip(split.clean, split.noisy, strict=True):
        before, after = _outermost(clean), _outermost(noisy)
        if np.count_nonzero(as_bytes(after) != before) >= MIN_CHANGED_PIXELS:
            yield hashlib.blake2b(before.tobytes() + after.tobytes(), digest_size=16).digest()


def _outermost(image: Bytes | Images) -> np.ndarray:
    return np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
