"""Checks that no measured image, and no noise of one, was available in training."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from denoising.batching import batches
from denoising.errors import DenoisingError
from denoising.images import as_bytes, as_float, as_sixteen_bit
from denoising.io.ragged import RaggedImages, StoredImages
from denoising.io.splits import Split
from denoising.noise.prepared import DrawnNoise

Fingerprint = bytes
Pixel = TypeVar("Pixel", bound=np.generic)
MIN_CHANGED_PIXELS = 20  # of 108; there are more than 10^21 ways to choose so many
CHUNK = 2_000  # images in memory at a time


def check_leakage(measured: Split, learned_from: Iterable[Split], *, known_duplicates: int) -> dict[str, int]:
    """Return how many measured images are also among those learned from, and for how many the noise can be traced.

    Raises:
        DenoisingError: when there are more duplicates than `known_duplicates`, those of the source itself, or when
            noise of a measured image was used in training.
    """
    fingerprints = list(image_fingerprints(measured.clean))
    images, noises = set(fingerprints), set(noise_fingerprints(measured))
    seen: set[Fingerprint] = set()
    for split in learned_from:
        seen |= images.intersection(image_fingerprints(split.clean))
        shared = noises.intersection(noise_fingerprints(split))
        if shared:
            raise DenoisingError(f"The noise of {len(shared)} measured images was also used in training. {_ADVICE}")
    duplicates = sum(fingerprint in seen for fingerprint in fingerprints)
    if duplicates > known_duplicates:
        raise DenoisingError(
            f"{duplicates} measured images were also trained on; the source repeats {known_duplicates}. {_ADVICE}"
        )
    return {"repeated_images": duplicates, "traced_noise": len(noises)}


_ADVICE = "The scores would be too high. Prepare the data again."


def image_fingerprints(images: StoredImages) -> Iterator[Fingerprint]:
    """Yield a digest of the content of each image."""
    if isinstance(images, RaggedImages):
        for number in range(len(images)):
            image = as_sixteen_bit(images[number])
            (digest,) = _digests(image.reshape(1, -1))
            yield f"{image.shape}".encode() + digest  # blank images of different sizes are different images
        return
    for part in batches(len(images), size=CHUNK):
        yield from _digests(images[part].reshape(part.stop - part.start, -1))


def noise_fingerprints(split: Split) -> Iterator[Fingerprint]:
    """Yield a digest of the noise on the outermost pixels of each image.

    These pixels are the same in most images, so noise that was used twice is found even on different images. Images
    whose outermost pixels the noise hardly changed could be equal by chance and are left out: speckle and Poisson noise
    leave black alone, and cannot be traced there. Noise that is drawn
    when it is used has another key for every split; that of images of any size is not traced.
    """
    if split.is_ragged and isinstance(split.noisy, DrawnNoise):
        return
    if split.is_ragged:
        for number in range(len(split)):
            before, after = (_outermost(as_float(of[number])[np.newaxis]) for of in (split.clean, split.noisy))
            if np.count_nonzero(as_bytes(after) != as_bytes(before)) >= MIN_CHANGED_PIXELS:
                yield from _digests(np.concatenate([before, after], axis=1))
        return
    for part in batches(len(split), size=CHUNK):
        before, after = _outermost(split.clean[part]), _outermost(split.noisy[part])
        traceable = np.count_nonzero(as_bytes(after) != before, axis=1) >= MIN_CHANGED_PIXELS
        pairs = np.concatenate([before.view(np.uint8), after.view(np.uint8)], axis=1)
        yield from _digests(pairs[traceable])


def _outermost(images: NDArray[Pixel]) -> NDArray[Pixel]:
    """Return the outermost pixels of each image, (N, pixels)."""
    sides = [images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1]]
    return np.concatenate([side.reshape(len(images), -1) for side in sides], axis=1)


def _digests(rows: NDArray[np.generic]) -> Iterator[Fingerprint]:
    for row in np.ascontiguousarray(rows):
        yield hashlib.blake2b(row.data, digest_size=16).digest()
