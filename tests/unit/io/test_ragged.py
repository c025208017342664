from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from denoising.errors import DamagedFileError
from denoising.images import as_float
from denoising.io.ragged import RaggedImages, image_batches, writing_ragged

RANDOM = np.random.default_rng(1)
Array = NDArray[np.generic]


def write(path: Path, images: list[Array]) -> RaggedImages:
    with writing_ragged(path) as file:
        for image in images:
            file.append(image)
    return RaggedImages.open(path)


def eight_bit(*shapes: tuple[int, int]) -> list[Array]:
    return [RANDOM.integers(0, 256, (*shape, 1), np.uint8) for shape in shapes]


def test_images_come_back_one_by_one_and_in_stacks_of_one_size(tmp_path: Path) -> None:
    images = eight_bit((5, 7), (9, 4), (5, 7))
    stored = write(tmp_path / "train.bin", images)
    assert len(stored) == 3
    for number, image in enumerate(images):
        np.testing.assert_array_equal(stored[number], image)
    np.testing.assert_array_equal(stored[[2, 0]], [images[2], images[0]])
    np.testing.assert_array_equal(stored[::2], [images[0], images[2]])
    np.testing.assert_array_equal(stored.rows(1, 3, 6), images[1][3:6])


def test_mixed_depths_come_as_the_largest_exactly(tmp_path: Path) -> None:
    eight, sixteen = RANDOM.integers(0, 256, (4, 4, 1), np.uint8), RANDOM.integers(0, 65536, (4, 4, 1), np.uint16)
    both = write(tmp_path / "a.bin", [eight, sixteen])
    assert both.dtype == np.uint16
    np.testing.assert_array_equal(both[1], sixteen)
    np.testing.assert_allclose(as_float(both[0]), as_float(eight), atol=1e-7)
    floats = write(tmp_path / "b.bin", [eight, sixteen, as_float(sixteen)])
    assert floats.dtype == np.float32
    np.testing.assert_array_equal(floats[0], as_float(eight))


def test_batches_cover_every_image_once_and_have_one_size_each(tmp_path: Path) -> None:
    stored = write(tmp_path / "train.bin", eight_bit((5, 7), (9, 4), (5, 7), (5, 7)))
    batches = [np.arange(4)[batch] for batch in image_batches(stored, size=2)]
    assert sorted(np.concatenate(batches).tolist()) == [0, 1, 2, 3]
    assert all(len(batch) <= 2 and len({stored[int(one)].shape for one in batch}) == 1 for batch in batches)


@pytest.mark.parametrize("lost", [1, 20])
def test_a_truncated_file_is_named(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "train.bin"
    write(path, eight_bit((5, 7), (9, 4)))
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(DamagedFileError, match="train.bin is missing, truncated"):
        RaggedImages.open(path)


def test_a_damaged_index_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.bin"
    write(path, eight_bit((5, 7)))
    for index in (np.zeros((0, 5), np.int64), np.full((1, 5), -1), np.full((1, 4), 1), np.full((1, 5), 9)):
        np.save(tmp_path / "train_index.npy", index)
        with pytest.raises(DamagedFileError, match="train.bin"):
            RaggedImages.open(path)
