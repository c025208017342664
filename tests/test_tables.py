import json
from pathlib import Path

import numpy as np
import pytest

from stages.lib.failure import Mistake
from stages.lib.gallery import ROWS, choose, one_of_each_class, read_sheet, write_sheet
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


def table(
    psnr: np.ndarray, *, label: int = 1, clean: int = 1, noisy: int = 1, denoised: int = 1
) -> dict[str, np.ndarray]:
    seen = {"label": label, "clean_class": clean, "noisy_class": noisy, "denoised_class": denoised}
    return {"denoised_psnr": psnr, **{name: np.full(len(psnr), value) for name, value in seen.items()}}


def test_repaired_and_flipped_images_are_told_by_what_they_are_taken_for() -> None:
    def groups(**seen: int) -> list[str]:
        chosen = choose(table(np.ones(2), **seen))
        return [name for name in ("repaired", "flipped") if len(chosen[name])]

    assert groups() == []
    assert groups(noisy=7) == ["repaired"]
    assert groups(denoised=7) == ["flipped"]
    assert groups(noisy=7, denoised=7) == []  # lost before
    assert groups(clean=7, noisy=7, denoised=7) == []  # the denoiser is not to blame


def test_one_image_of_each_class_is_shown() -> None:
    assert one_of_each_class(np.array([3.0, 1.0, 3.0, 0.0])).tolist() == [3, 1, 0]


def test_examples_are_the_first_and_the_best_median_and_worst() -> None:
    psnr = np.random.default_rng(1).permutation(101.0 * np.arange(1001))
    chosen = choose(table(psnr))
    assert chosen["first"].tolist() == list(range(20))
    assert psnr[chosen["best"]].tolist() == sorted(psnr)[::-1][:20]
    assert psnr[chosen["worst"]].tolist() == sorted(psnr)[:20]
    assert psnr[chosen["median"]][0] == np.median(psnr)
    assert np.ptp(psnr[chosen["median"]]) == 19 * 101
    assert [len(group) for group in choose(table(psnr[:3])).values()] == [3, 3, 3, 3, 0, 0]


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
