from pathlib import Path

import numpy as np
import pytest

from denoising.errors import DenoisingError
from denoising.images import as_float
from denoising.io.ragged import RaggedImages, writing_ragged
from denoising.io.splits import Split
from denoising.noise.on_the_fly import OnTheFlyNoise
from denoising.training.patches import PatchLoader, require_patches

NOISE = OnTheFlyNoise("gaussian", (0.1, 0.1), clip=False, seed=1)


@pytest.fixture
def split(tmp_path: Path) -> Split:
    """Return three images of different sizes, every pixel of which has its own value, and equal noisy ones."""
    with writing_ragged(tmp_path / "train.bin") as file:
        start = 0
        for height, width in ((20, 33), (16, 16), (40, 24)):
            file.append(np.arange(start, start + height * width, dtype=np.uint16).reshape(height, width, 1))
            start += height * width
    images = RaggedImages.open(tmp_path / "train.bin")
    return Split("train", images, None, images.as_float(), files=("a.png", "b.png", "c.png"))


def loader(split: Split, *, noise: OnTheFlyNoise | None = NOISE, batch_size: int = 4) -> PatchLoader:
    return PatchLoader(split, np.arange(3), noise, batch_size, seed=1, patch_size=16, patches_per_image=8)


def epoch(of: PatchLoader, number: int = 1) -> tuple[np.ndarray, np.ndarray]:
    noisy, clean, _ = zip(*of.epoch(number), strict=True)
    return np.concatenate(noisy), np.concatenate(clean)


def test_patches_are_parts_of_the_images_in_one_of_eight_orientations(split: Split) -> None:
    _, clean = epoch(loader(split))
    assert clean.shape == (24, 16, 16, 1)
    images = [split.clean[number][..., 0] for number in range(3)]
    for patch in clean[..., 0]:
        turned = [np.rot90(one, turns) for one in (patch, patch[:, ::-1]) for turns in range(4)]
        (image,) = [of for of in images if patch.min() in of]
        (top,), (left,) = np.nonzero(image == patch.min())
        assert any(np.array_equal(image[top : top + 16, left : left + 16], one) for one in turned)


def test_every_epoch_cuts_other_patches_and_the_same_ones_when_it_is_repeated(split: Split) -> None:
    first, again, second = (epoch(loader(split), number) for number in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first[1], second[1])
    assert len({patch.tobytes() for patch in second[1]}) > 12  # the small image has eight


def test_patches_do_not_depend_on_the_batch_size(split: Split) -> None:
    def as_set(of: PatchLoader) -> set[bytes]:
        return {noisy.tobytes() for noisy in epoch(of)[0]}

    assert as_set(loader(split, batch_size=4)) == as_set(loader(split, batch_size=7))


def test_noise_is_added_to_the_patch(split: Split) -> None:
    noisy, clean = epoch(loader(split))
    assert (noisy - as_float(clean)).std() == pytest.approx(0.1, rel=0.05)


def test_recorded_noisy_patches_come_from_the_same_place(split: Split) -> None:
    noisy, clean = epoch(loader(split, noise=None))
    np.testing.assert_array_equal(noisy, as_float(clean))


def test_images_that_are_smaller_than_a_patch_are_named(split: Split) -> None:
    require_patches(split, 16)
    with pytest.raises(DenoisingError, match="smaller than a patch of 24x24 pixels:\n  a.png: 33x20\n  b.png: 16x16\n"):
        require_patches(split, 24)
