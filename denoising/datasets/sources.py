"""Turns a source into clean training, validation and test images; no image is in two splits."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from denoising.datasets.cache import load_copy
from denoising.datasets.digits import augment, load_like_mnist
from denoising.errors import DenoisingError
from denoising.images import Bytes
from denoising.rng import Purpose, generator


@dataclass(frozen=True)
class LabelledImages:
    """Images (N, H, W, C) and their classes (N,), both uint8."""

    images: Bytes
    labels: Bytes

    def __getitem__(self, chosen: NDArray[np.intp]) -> "LabelledImages":
        return LabelledImages(self.images[chosen], self.labels[chosen])

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Source:
    """The clean splits train, validation and test.

    `verified` says whether a checksum shows that the images are those of the source.
    `known_duplicates` says how many images the source itself repeats: for the split test those that are also among its
    training images, for the split validation at most those that have a duplicate among the training images.
    """

    splits: dict[str, LabelledImages]
    verified: bool
    known_duplicates: dict[str, int]


def load_source(
    name: str, *, validation_fraction: float, seed: int, digits_test_fraction: float, digits_augmented_copies: int
) -> Source:
    """Return the splits of a source: `digits`, or one of the registry.

    The last two options apply to `digits` alone, which has no test set of its own.

    Raises:
        DatasetUnavailableError: when no copy of the data set can be found.
        DenoisingError: when a split would be empty.
    """
    if name == "digits":
        return _load_digits(
            validation_fraction=validation_fraction,
            test_fraction=digits_test_fraction,
            copies=digits_augmented_copies,
            seed=seed,
        )
    copy = load_copy(name)
    arrays = copy.arrays
    train = LabelledImages(arrays["train-images"][..., np.newaxis], arrays["train-labels"])
    test = LabelledImages(arrays["t10k-images"][..., np.newaxis], arrays["t10k-labels"])
    random = generator(seed, Purpose.SPLIT, 0)
    kept, held_out = holdout_split(len(train), fraction=validation_fraction, random=random)
    splits = {"train": train[kept], "validation": train[held_out], "test": test}
    return Source(splits, not copy.unverified, _known_duplicates(train.images, test.images))


def holdout_split(
    count: int, *, fraction: float, random: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of `count` items in two sorted groups: those kept, and a random `fraction` held out.

    Raises:
        DenoisingError: when one of the groups would be empty.
    """
    held_out = round(fraction * count)
    if not 0 < held_out < count:
        raise DenoisingError(f"A fraction of {fraction} of {count} images leaves a split empty. Choose one near 0.1.")
    order = random.permutation(count)
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def count_duplicates(images: Bytes, *, among: Bytes) -> int:
    """Return how many of `images` are identical, pixel by pixel, to one of `among`."""
    known = {image.tobytes() for image in images}
    shared = known.intersection(image.tobytes() for image in among)
    return sum(image.tobytes() in shared for image in images)


def _known_duplicates(train: Bytes, test: Bytes) -> dict[str, int]:
    counts = Counter(image.tobytes() for image in train)
    repeated = sum(count for count in counts.values() if count > 1)
    return {"validation": repeated, "test": count_duplicates(test, among=train)}


def _load_digits(*, validation_fraction: float, test_fraction: float, copies: int, seed: int) -> Source:
    """Hold out the test and then the validation digits before the training digits are augmented."""
    digits = LabelledImages(*load_like_mnist())
    stream = partial(generator, seed, Purpose.SPLIT)
    kept, held_out = holdout_split(len(digits), fraction=test_fraction, random=stream(1))
    test, rest = digits[held_out], digits[kept]
    kept, held_out = holdout_split(len(rest), fraction=validation_fraction, random=stream(0))
    validation, train = rest[held_out], rest[kept]
    augmented = LabelledImages(augment(train.images, copies=copies, seed=seed), np.tile(train.labels, copies + 1))
    splits = {
        name: LabelledImages(part.images[..., np.newaxis], part.labels)
        for name, part in {"train": augmented, "validation": validation, "test": test}.items()
    }
    return Source(splits, True, _known_duplicates(rest.images, test.images))
