import os
from pathlib import Path

import numpy as np
import pytest

from denoising.errors import DamagedFileError
from denoising.io.arrays import create_array, open_array
from denoising.training.mmap_reader import read_images

ORDER = np.random.default_rng(1).permutation(50)[:30]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_images_are_read_in_the_requested_order(tmp_path: Path, dtype: type[np.generic]) -> None:
    values = np.random.default_rng(2).integers(256, size=(50, 4, 5, 1)).astype(dtype)
    create_array(tmp_path / "images.npy", values.shape, dtype)[:] = values
    read = read_images(open_array(tmp_path / "images.npy"), ORDER)
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, values[ORDER])


def test_a_slice_of_a_mapped_file_is_read_correctly(tmp_path: Path) -> None:
    create_array(tmp_path / "images.npy", (80, 4, 5, 1), np.uint8)[:] = np.arange(80)[:, None, None, None]
    part = open_array(tmp_path / "images.npy")[30:]
    np.testing.assert_array_equal(read_images(part, ORDER)[:, 0, 0, 0], 30 + ORDER)


def test_an_array_in_memory_is_read_too() -> None:
    np.testing.assert_array_equal(read_images(np.arange(50), ORDER), ORDER)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="nothing says which pages are mapped")
def test_reading_maps_no_page_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    create_array(path, (50, 100, 100, 1), np.uint8)[:] = 1

    def mapped_kilobytes() -> int:
        _, _, entry = Path("/proc/self/smaps").read_text(encoding="utf-8").partition(str(path))
        return int(entry.split("Rss:")[1].split()[0])

    mapped = open_array(path)
    before = mapped_kilobytes()
    read_images(mapped, ORDER)
    assert mapped_kilobytes() == before
    np.sum(mapped[ORDER])
    assert mapped_kilobytes() > before


@pytest.mark.skipif(not hasattr(os, "preadv"), reason="reads the mapping")
def test_a_file_that_is_truncated_while_it_is_read_is_named(tmp_path: Path) -> None:
    create_array(tmp_path / "images.npy", (50, 4, 5, 1), np.uint8)
    mapped = open_array(tmp_path / "images.npy")
    os.truncate(tmp_path / "images.npy", 400)
    with pytest.raises(DamagedFileError, match=r"images.npy was truncated while it was read"):
        read_images(mapped, ORDER)
