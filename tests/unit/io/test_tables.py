import json
from pathlib import Path

import numpy as np
import pytest

from denoising.errors import DamagedFileError
from denoising.io.tables import read_summary, read_table, round_significant, write_summary, write_table


def test_a_table_keeps_six_significant_digits(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", {"index": np.arange(2), "psnr": np.array([19.123456789, 1e-9 / 3])})
    assert (tmp_path / "t.csv").read_bytes() == b"index,psnr\n0,19.1235\n1,3.33333e-10\n"
    assert read_table(tmp_path / "t.csv")["psnr"].tolist() == [19.1235, 3.33333e-10]


def test_a_summary_ends_with_a_newline_and_refuses_infinity(tmp_path: Path) -> None:
    write_summary(tmp_path / "m.json", {"images": 3, "noisy": {"psnr": np.float64(1) / 3}})
    assert (tmp_path / "m.json").read_text().endswith("}\n")
    assert json.loads((tmp_path / "m.json").read_text()) == {"images": 3, "noisy": {"psnr": 0.333333}}
    with pytest.raises(ValueError, match="Out of range float"):
        write_summary(tmp_path / "m.json", {"psnr": float("inf")})
    assert read_summary(tmp_path / "m.json")["images"] == 3


@pytest.mark.parametrize("text", ['{"images"', "5", "null", "[]"])
def test_a_damaged_summary_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(DamagedFileError, match=r"m.json (cannot be read|should hold a JSON object)"):
        read_summary(tmp_path / "m.json")


@pytest.mark.parametrize(
    "text", ["", "a,b\n1\n", "a,b\n1,x\n", "a,a,b\n1,2\n", "a,b\n1\n2,3,4\n", "a,a\n1,2\n", f'a\n"{"1" * 200_000}"\n']
)
def test_a_damaged_table_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DamagedFileError, match="t.csv cannot be read as a table"):
        read_table(tmp_path / "t.csv")


def test_rounded_numbers_keep_six_significant_digits() -> None:
    assert [round_significant(value) for value in (0.0127387654, 19.28374, 100.0)] == [0.0127388, 19.2837, 100.0]


def test_a_value_that_is_missing_stays_missing(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", {"psnr_low": [float("nan"), 1.0]})
    assert np.isnan(read_table(tmp_path / "t.csv")["psnr_low"][0])
    write_summary(tmp_path / "m.json", {"low": float("nan")})
    assert read_summary(tmp_path / "m.json") == {"low": None}
