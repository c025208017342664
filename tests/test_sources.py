import hashlib

import numpy as np
import pytest
from conftest import DIGITS

from stages.lib.failure import Mistake
from stages.lib.prepare.digits import load_like_mnist, warped_copies
from stages.lib.prepare.sources import Labelled, load_source, set_apart


def fingerprints(images: np.ndarray) -> list[str]:
    return [hashlib.sha256(image.tobytes()).hexdigest() for image in images]


@pytest.fixture(scope="module")
def splits() -> dict[str, Labelled]:
    return load_source(DIGITS).splits


def test_the_digits_lie_as_those_of_mnist_do() -> None:
    images, labels = load_like_mnist()
    assert images.shape == (1797, 28, 28)
    assert labels.shape == (1797,)
    places = np.arange(28)
    ink = images.sum(axis=(1, 2))
    centre = [(images.sum(axis=axis) * places).sum(axis=1) / ink for axis in (2, 1)]
    assert np.abs(np.array(centre) - 13.5).max() <= 0.51  # to the nearest pixel
    assert images.max(axis=(1, 2)).min() > 200


def test_no_digit_is_in_two_splits(splits: dict[str, Labelled]) -> None:
    train, validation, test = (set(fingerprints(splits[name].images)) for name in ("train", "validation", "test"))
    assert not train & test
    assert not validation & test
    assert not train & validation


def test_no_warped_copy_comes_from_a_test_or_validation_digit(splits: dict[str, Labelled]) -> None:
    """The training split is its unwarped third, and warps of just those digits."""
    images, _ = load_like_mnist()
    everything = fingerprints(images[..., np.newaxis])
    kept = len(splits["train"]) // 3
    originals = splits["train"].images[:kept]
    apart = fingerprints(splits["test"].images) + fingerprints(splits["validation"].images)
    assert sorted(fingerprints(originals) + apart) == sorted(everything)
    expected = warped_copies(originals[..., 0], copies=2, seed=1)
    np.testing.assert_array_equal(splits["train"].images[..., 0], expected)


def test_a_warped_copy_is_still_nearest_to_its_own_digit(splits: dict[str, Labelled]) -> None:
    count = len(splits["train"]) // 3
    images = splits["train"].images.reshape(3 * count, -1).astype(np.float32)
    distances = np.array([((images[:count] - copy) ** 2).sum(axis=1) for copy in images[count : count + 200]])
    labels = splits["train"].labels
    # Nine in ten are found by the distance of pixels alone, which shifts confuse; by chance it would be one in ten.
    assert np.mean(labels[distances.argmin(axis=1)] == labels[:200]) > 0.8
    assert np.mean(distances.min(axis=1) == 0) == 0


def test_the_splits_follow_the_seed(splits: dict[str, Labelled]) -> None:
    np.testing.assert_array_equal(load_source(DIGITS).splits["train"].images, splits["train"].images)
    other = load_source(DIGITS.model_copy(update={"seed": 2})).splits
    assert fingerprints(other["test"].images) != fingerprints(splits["test"].images)


def test_the_share_set_apart_is_exact_and_complete() -> None:
    kept, held_out = set_apart(60_000, share=0.1, random=np.random.default_rng(1))
    assert (len(kept), len(held_out)) == (54_000, 6_000)
    assert sorted([*kept, *held_out]) == list(range(60_000))


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_a_share_that_empties_a_split_is_refused(share: float) -> None:
    with pytest.raises(Mistake, match="leaves one split empty"):
        set_apart(100, share=share, random=np.random.default_rng(1))


def test_mnist_keeps_its_own_test_set(real_mnist: object) -> None:
    splits = load_source(DIGITS.model_copy(update={"source": "mnist"})).splits
    assert {name: split.images.shape for name, split in splits.items()} == {
        "train": (54_000, 28, 28, 1),
        "validation": (6_000, 28, 28, 1),
        "test": (10_000, 28, 28, 1),
    }
    assert splits["test"].labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert not set(fingerprints(splits["test"].images)) & set(fingerprints(splits["train"].images))
