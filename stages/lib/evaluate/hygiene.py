"""Makes sure that nothing of the measured images was there to be learned from."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from stages.lib.dataset import Split
from stages.lib.failure import Mistake
from stages.lib.images import Bytes, Images, as_bytes

Fingerprint = bytes
TELLING = 20  # changed pixels; of 108 there are more than 10^21 ways to choose so many


def refuse_leaks(measured: Split, learned_from: Iterable[Split], *, shipped: int) -> tuple[int, int]:
    """Return how many measured images the source also ships to learn from, and how many have noise that can be traced.

    Raises:
        Mistake: when more of them do than the source ships (`shipped`), or when noise was drawn twice.
    """
    images, noises = set(fingerprints(measured.clean)), set(noise_fingerprints(measured))
    seen: set[Fingerprint] = set()
    for split in learned_from:
        seen |= images.intersection(fingerprints(split.clean))
        shared = noises.intersection(noise_fingerprints(split))
        if shared:
            raise Mistake(f"The noise of {len(shared)} measured images was also used in training. {_ADVICE}")
    twice = sum(fingerprint in seen for fingerprint in fingerprints(measured.clean))
    if twice > shipped:
        raise Mistake(f"{twice} measured images were also trained on; the source itself repeats {shipped}. {_ADVICE}")
    return twice, len(noises)


_ADVICE = "The result would flatter. `dvc repro --force prepare` sets the images apart anew."


def fingerprints(images: Bytes | Images) -> Iterator[Fingerprint]:
    """Yield a digest of the content of each image."""
    for image in images:
        yield hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest()


def noise_fingerprints(split: Split) -> Iterator[Fingerprint]:
    """Yield a digest of the noise on the outermost frame of each image.

    There, images are mostly alike, so that noise which was drawn once and used twice shows even on different images.
    Frames that the noise hardly changed could be alike by chance, and are passed over: speckle and Poisson noise
    leave black frames alone, and cannot be traced on them.
    """
    for clean, noisy in zip(split.clean, split.noisy, strict=True):
        before, after = _frame(clean), _frame(noisy)
        if np.count_nonzero(as_bytes(after) != before) >= TELLING:
            yield hashlib.blake2b(before.tobytes() + after.tobytes(), digest_size=16).digest()


def _frame(image: Bytes | Images) -> np.ndarray:
    return np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
