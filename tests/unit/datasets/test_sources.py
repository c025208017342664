import hashlib

import numpy as np
import pytest
from support import DIGITS

from denoising.datasets.digits import augment, load_like_mnist
from denoising.datasets.sources import LabelledImages, Source, count_duplicates, holdout_split, load_source
from denoising.errors import DenoisingError


def fingerprints(images: np.ndarray) -> list[str]:
    return [hashlib.sha256(image.tobytes()).hexdigest() for image in images]


@pytest.fixture(scope="module")
def splits(digits: Source) -> dict[str, LabelledImages]:
    return digits.splits


def test_the_digits_are_centred_as_in_mnist() -> None:
    images, labels = load_like_mnist()
    assert images.shape == (1797, 28, 28)
    assert labels.shape == (1797,)
    places = np.arange(28)
    ink = images.sum(axis=(1, 2))
    centre = [(images.sum(axis=axis) * places).sum(axis=1) / ink for axis in (2, 1)]
    assert np.abs(np.array(centre) - 13.5).max() <= 0.51  # to the nearest pixel
    assert images.max(axis=(1, 2)).min() > 200


def test_no_digit_is_in_two_splits(splits: dict[str, LabelledImages]) -> None:
    train, validation, test = (set(fingerprints(splits[name].images)) for name in ("train", "validation", "test"))
    assert not train & test
    assert not validation & test
    assert not train & validation


def test_no_augmented_copy_comes_from_a_test_or_validation_digit(splits: dict[str, LabelledImages]) -> None:
    """A third of the training split are its originals; the rest are augmented copies of just those digits."""
    images, _ = load_like_mnist()
    everything = fingerprints(images[..., np.newaxis])
    kept = len(splits["train"]) // 3
    originals = splits["train"].images[:kept]
    apart = fingerprints(splits["test"].images) + fingerprints(splits["validation"].images)
    assert sorted(fingerprints(originals) + apart) == sorted(everything)
    expected = augment(originals[..., 0], copies=2, seed=1)
    np.testing.assert_array_equal(splits["train"].images[..., 0], expected)


def test_an_augmented_copy_is_still_nearest_to_its_own_class(splits: dict[str, LabelledImages]) -> None:
    count = len(splits["train"]) // 3
    images = splits["train"].images.reshape(3 * count, -1).astype(np.float32)
    distances = np.array([((images[:count] - copy) ** 2).sum(axis=1) for copy in images[count : count + 200]])
    labels = splits["train"].labels
    # Nine in ten are found by the distance of pixels alone, which shifts confuse; by chance it would be one in ten.
    assert np.mean(labels[distances.argmin(axis=1)] == labels[:200]) > 0.8
    assert np.mean(distances.min(axis=1) == 0) == 0


def test_the_splits_follow_the_seed(splits: dict[str, LabelledImages]) -> None:
    np.testing.assert_array_equal(load_source(**DIGITS).splits["train"].images, splits["train"].images)
    other = load_source(**DIGITS | {"seed": 2}).splits
    assert fingerprints(other["test"].images) != fingerprints(splits["test"].images)


def test_the_held_out_fraction_is_exact_and_the_groups_are_complete() -> None:
    kept, held_out = holdout_split(60_000, fraction=0.1, random=np.random.default_rng(1))
    assert (len(kept), len(held_out)) == (54_000, 6_000)
    assert sorted([*kept, *held_out]) == list(range(60_000))


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_a_fraction_that_leaves_a_split_empty_is_refused(fraction: float) -> None:
    with pytest.raises(DenoisingError, match="leaves a split empty"):
        holdout_split(100, fraction=fraction, random=np.random.default_rng(1))


def test_mnist_keeps_its_own_test_set(real_mnist: object) -> None:
    splits = load_source(**DIGITS | {"name": "mnist"}).splits
    assert {name: split.images.shape for name, split in splits.items()} == {
        "train": (54_000, 28, 28, 1),
        "validation": (6_000, 28, 28, 1),
        "test": (10_000, 28, 28, 1),
    }
    assert splits["test"].labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert not set(fingerprints(splits["test"].images)) & set(fingerprints(splits["train"].images))


def test_duplicate_images_are_counted() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    assert count_duplicates(images, among=images[3:]) == 2
    assert count_duplicates(images[:3], among=images[3:]) == 0


def test_mnist_has_no_duplicates(real_mnist: object) -> None:
    assert load_source(**DIGITS | {"name": "mnist"}).known_duplicates == {"validation": 0, "test": 0}
