from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from denoising.errors import DamagedFileError
from denoising.images import as_float
from denoising.io.center_crops import center_crops
from denoising.io.ragged import writing_ragged
from denoising.io.splits import DatasetInfo, write_dataset_info, write_files
from denoising.noise.models import Noise, add_noise
from denoising.noise.prepared import open_split

RANDOM = np.random.default_rng(1)
IMAGES = [RANDOM.integers(0, 256, shape, np.uint8) for shape in ((40, 50, 1), (30, 60, 1), (40, 50, 1))]


INFO = DatasetInfo(
    source="folder",
    verified=True,
    noise_kind="gaussian",
    noise_factor=0.1,
    noise_clip=False,
    noise_seed=7,
    noise_stored=False,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return prepared data of three test images of two sizes, with unclipped noise."""
    (tmp_path / "clean").mkdir()
    with writing_ragged(tmp_path / "clean/test.bin") as file:
        for image in IMAGES:
            file.append(image)
    write_files(tmp_path, "test", ["a.png", "b.png", "c.png"], ["1", "2", "2"])
    write_dataset_info(tmp_path, INFO)
    return tmp_path


def test_noise_is_drawn_when_it_is_used_and_the_same_however_it_is_used(folder: Path) -> None:
    split = open_split(folder, "test")
    assert split.image_shape == (None, None, 1)
    expected = add_noise(
        as_float(IMAGES[2])[np.newaxis], Noise("gaussian", 0.1, clip=False), seed=7, key=(2,), first_index=2
    )
    np.testing.assert_array_equal(split.noisy[2], expected[0])
    np.testing.assert_array_equal(split.noisy[[2, 0]][0], expected[0])
    assert split.noisy[1].shape == (30, 60, 1)
    assert split.noisy[0].min() < 0 or split.noisy[0].max() > 1


def test_crops_have_one_size_and_the_noise_of_their_images(folder: Path) -> None:
    split = open_split(folder, "test")
    crops = center_crops(split, np.array([0, 1]), size=30, multiple=8)
    assert crops.clean.shape == crops.noisy.shape == (2, 24, 24, 1)
    np.testing.assert_array_equal(crops.clean[0], IMAGES[0][8:32, 13:37])
    np.testing.assert_array_equal(crops.noisy[0], split.noisy[0][8:32, 13:37])
    assert crops.files == ("a.png", "b.png")
    assert center_crops(split, np.array([0, 1, 2]), size=36).files == ("a.png", "c.png")  # the other is too small
    assert len(center_crops(split, np.array([1, 1, 0]), size=36)) == 3  # one that is large enough displaces no others


def test_recorded_noisy_images_are_read_and_must_fit(folder: Path) -> None:
    (folder / "noisy").mkdir()
    write_dataset_info(folder, replace(INFO, noise_stored=True))
    for last in (IMAGES[2], IMAGES[1]):
        with writing_ragged(folder / "noisy/test.bin") as file:
            for image in (*IMAGES[:2], last):
                file.append(255 - image)
        if last is IMAGES[2]:
            np.testing.assert_array_equal(open_split(folder, "test").noisy[1], as_float(255 - IMAGES[1]))
    with pytest.raises(DamagedFileError, match="do not match"):
        open_split(folder, "test")


def test_crops_keep_the_groups_of_their_images(folder: Path) -> None:
    split = open_split(folder, "test")
    assert split.groups is not None
    assert split.groups.tolist() == [0, 1, 1]
    crops = center_crops(split, np.array([0, 2]), size=36)
    assert crops.groups is not None
    assert crops.groups.tolist() == [0, 1]
