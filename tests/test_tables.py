import json
from pathlib import Path

import numpy as np
import pytest

from stages.lib.failure import Mistake
from stages.lib.gallery import ROWS, choose, read_sheet, write_sheet
from stages.lib.tables import read_summary, read_table, shorten, write_summary, write_table


def test_a_table_comes_back_with_six_significant_digits(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", {"index": np.arange(2), "psnr": np.array([19.123456789, 1e-9 / 3])})
    assert (tmp_path / "t.csv").read_bytes() == b"index,psnr\n0,19.1235\n1,3.33333e-10\n"
    assert read_table(tmp_path / "t.csv")["psnr"].tolist() == [19.1235, 3.33333e-10]


def test_a_summary_ends_with_a_newline_and_holds_no_infinity(tmp_path: Path) -> None:
    write_summary(tmp_path / "m.json", {"images": 3, "noisy": {"psnr": np.float64(1) / 3}})
    assert (tmp_path / "m.json").read_text().endswith("}\n")
    assert json.loads((tmp_path / "m.json").read_text()) == {"images": 3, "noisy": {"psnr": 0.333333}}
    with pytest.raises(ValueError, match="Out of range float"):
        write_summary(tmp_path / "m.json", {"psnr": float("inf")})
    assert read_summary(tmp_path / "m.json")["images"] == 3


@pytest.mark.parametrize("text", ['{"images"', "5", "null", "[]"])
def test_a_damaged_summary_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(Mistake, match=r"m.json (cannot be read|holds no named values)"):
        read_summary(tmp_path / "m.json")


@pytest.mark.parametrize("text", ["", "a,b\n1\n", "a,b\n1,x\n", "a,a,b\n1,2\n"])
def test_a_damaged_table_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(Mistake, match="t.csv cannot be read as a table"):
        read_table(tmp_path / "t.csv")


def test_shortened_numbers_keep_six_digits() -> None:
    assert [shorten(value) for value in (0.0127387654, 19.28374, 100.0)] == [0.0127388, 19.2837, 100.0]


def test_examples_are_the_first_and_the_best_median_and_worst() -> None:
    psnr = np.random.default_rng(1).permutation(101.0 * np.arange(1001))
    chosen = choose(psnr)
    assert chosen["first"].tolist() == list(range(20))
    assert psnr[chosen["best"]].tolist() == sorted(psnr)[::-1][:20]
    assert psnr[chosen["worst"]].tolist() == sorted(psnr)[:20]
    assert psnr[chosen["median"]][0] == np.median(psnr)
    assert np.ptp(psnr[chosen["median"]]) == 19 * 101
    assert [len(group) for group in choose(psnr[:3]).values()] == [3, 3, 3, 3]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_of_images_comes_back(channels: int, tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (3, 4, 8, 6, channels), np.uint8)
    write_sheet(tmp_path / "s.png", dict(zip(ROWS, images, strict=True)))
    read = read_sheet(tmp_path / "s.png", count=4)
    for name, written in zip(ROWS, images, strict=True):
        np.testing.assert_array_equal(read[name].reshape(written.shape), written)


def test_a_sheet_of_another_size_is_refused(tmp_path: Path) -> None:
    write_sheet(tmp_path / "s.png", dict.fromkeys(ROWS, np.zeros((4, 8, 7, 1), np.uint8)))
    with pytest.raises(Mistake, match="does not hold 3 rows of 5 images"):
        read_sheet(tmp_path / "s.png", count=5)
    (tmp_path / "s.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(Mistake, match="cannot be read"):
        read_sheet(tmp_path / "s.png", count=4)
