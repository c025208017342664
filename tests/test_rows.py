import os
from pathlib import Path

import numpy as np
import pytest

from stages.lib.dataset import create_array, open_array
from stages.lib.failure import Mistake
from stages.lib.train.rows import read_rows

ORDER = np.random.default_rng(1).permutation(50)[:30]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_rows_are_those_of_the_file_in_the_order_asked_for(tmp_path: Path, dtype: type[np.generic]) -> None:
    values = np.random.default_rng(2).integers(256, size=(50, 4, 5, 1)).astype(dtype)
    create_array(tmp_path / "images.npy", values.shape, dtype)[:] = values
    read = read_rows(open_array(tmp_path / "images.npy"), ORDER)
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, values[ORDER])


def test_a_part_of_a_mapped_file_is_read_as_such(tmp_path: Path) -> None:
    create_array(tmp_path / "images.npy", (80, 4, 5, 1), np.uint8)[:] = np.arange(80)[:, None, None, None]
    part = open_array(tmp_path / "images.npy")[30:]
    np.testing.assert_array_equal(read_rows(part, ORDER)[:, 0, 0, 0], 30 + ORDER)


def test_an_array_in_memory_is_read_as_well() -> None:
    np.testing.assert_array_equal(read_rows(np.arange(50), ORDER), ORDER)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="nothing says which pages are mapped")
def test_no_page_of_the_file_is_mapped_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    create_array(path, (50, 100, 100, 1), np.uint8)[:] = 1

    def mapped_kilobytes() -> int:
        _, _, entry = Path("/proc/self/smaps").read_text(encoding="utf-8").partition(str(path))
        return int(entry.split("Rss:")[1].split()[0])

    mapped = open_array(path)
    before = mapped_kilobytes()
    read_rows(mapped, ORDER)
    assert mapped_kilobytes() == before
    np.sum(mapped[ORDER])
    assert mapped_kilobytes() > before


@pytest.mark.skipif(not hasattr(os, "preadv"), reason="reads the mapping")
def test_a_file_that_is_cut_short_meanwhile_is_named(tmp_path: Path) -> None:
    create_array(tmp_path / "images.npy", (50, 4, 5, 1), np.uint8)
    mapped = open_array(tmp_path / "images.npy")
    os.truncate(tmp_path / "images.npy", 400)
    with pytest.raises(Mistake, match=r"images.npy was cut short"):
        read_rows(mapped, ORDER)
