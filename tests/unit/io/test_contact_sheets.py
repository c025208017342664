from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from denoising.errors import DamagedFileError
from denoising.io.contact_sheets import read_contact_sheet, write_contact_sheet

ROWS = ("noisy", "denoised", "clean")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_contact_sheet_survives_a_round_trip(channels: int, tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (3, 4, 8, 6, channels), np.uint8)
    write_contact_sheet(tmp_path / "s.png", dict(zip(ROWS, images, strict=True)))
    read = read_contact_sheet(tmp_path / "s.png", rows=ROWS, count=4)
    for name, written in zip(ROWS, images, strict=True):
        np.testing.assert_array_equal(read[name].reshape(written.shape), written)


def test_a_contact_sheet_of_another_size_is_refused(tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "s.png", dict.fromkeys(ROWS, np.zeros((4, 8, 7, 1), np.uint8)))
    with pytest.raises(DamagedFileError, match="does not hold 3 rows of 5 images"):
        read_contact_sheet(tmp_path / "s.png", rows=ROWS, count=5)
    (tmp_path / "s.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(DamagedFileError, match="cannot be read"):
        read_contact_sheet(tmp_path / "s.png", rows=ROWS, count=4)


def test_a_decompression_bomb_is_refused(tmp_path: Path) -> None:
    Image.new("1", (30_000, 30_000)).save(tmp_path / "s.png")
    with pytest.raises(DamagedFileError, match="more than a contact sheet has|decompression bomb"):
        read_contact_sheet(tmp_path / "s.png", rows=ROWS, count=4)
