"""Turns a source into clean training, validation and test images, none of which shares an image with another."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.lib.failure import Mistake
from stages.lib.images import Bytes
from stages.lib.prepare.cache import load_arrays
from stages.lib.prepare.digits import load_like_mnist, warped_copies
from stages.lib.prepare.parameters import PrepareParameters
from stages.lib.randomness import SPLITS, generator


@dataclass(frozen=True)
class Labelled:
    """Images (N, H, W, C) and what they show (N,), both uint8."""

    images: Bytes
    labels: Bytes

    def __getitem__(self, chosen: NDArray[np.intp]) -> "Labelled":
        return Labelled(self.images[chosen], self.labels[chosen])

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Source:
    """The clean splits train, validation and test.

    `repeated` says how many images the source itself ships more than once: for the split test those that it also
    ships for training, for the split validation at most those that have a twin among the training images.
    """

    splits: dict[str, Labelled]
    repeated: dict[str, int]


def load_source(parameters: PrepareParameters) -> Source:
    """Return the images of `parameters.source`, set apart."""
    if parameters.source == "digits":
        return _digits(parameters)
    arrays = load_arrays(parameters.source)
    train = Labelled(arrays["train-images"][..., np.newaxis], arrays["train-labels"])
    test = Labelled(arrays["t10k-images"][..., np.newaxis], arrays["t10k-labels"])
    kept, held_out = set_apart(len(train), share=parameters.validation, random=generator(parameters.seed, SPLITS, 0))
    splits = {"train": train[kept], "validation": train[held_out], "test": test}
    return Source(splits, _repeated(train.images, test.images))


def set_apart(count: int, *, share: float, random: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of `count` things as two sorted groups, the second a random `share` of them."""
    held_out = round(share * count)
    if not 0 < held_out < count:
        raise Mistake(f"A share of {share} of {count} images leaves one split empty. Choose a share nearer to 0.1.")
    order = random.permutation(count)
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def count_repeated(images: Bytes, *, among: Bytes) -> int:
    """Return how many of `images` stand, pixel for pixel, `among` others."""
    known = {image.tobytes() for image in images}
    met = known.intersection(image.tobytes() for image in among)
    return sum(image.tobytes() in met for image in images)


def _repeated(train: Bytes, test: Bytes) -> dict[str, int]:
    counts = Counter(image.tobytes() for image in train)
    twins = sum(count for count in counts.values() if count > 1)
    return {"validation": twins, "test": count_repeated(test, among=train)}


def _digits(parameters: PrepareParameters) -> Source:
    """Set the test digits and then the validation digits apart, before the training digits are multiplied."""
    digits = Labelled(*load_like_mnist())
    kept, held_out = set_apart(len(digits), share=parameters.digits.test, random=generator(parameters.seed, SPLITS, 1))
    test, rest = digits[held_out], digits[kept]
    kept, held_out = set_apart(len(rest), share=parameters.validation, random=generator(parameters.seed, SPLITS, 0))
    validation, train = rest[held_out], rest[kept]
    copies = parameters.digits.warps
    many = Labelled(
        warped_copies(train.images, copies=copies, seed=parameters.seed),
        np.tile(train.labels, copies + 1),
    )
    splits = {
        name: Labelled(part.images[..., np.newaxis], part.labels)
        for name, part in {"train": many, "validation": validation, "test": test}.items()
    }
    return Source(splits, _repeated(rest.images, test.images))
