from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from denoising.cli.chroma import has_subsampled_chroma
from denoising.cli.denoise import denoise_command
from denoising.datasets.photographs import embedded_photographs
from denoising.images import as_bytes, as_float
from denoising.metrics import psnr
from denoising.noise.models import Noise, add_noise

WAYS: dict[str, tuple[dict[str, Any], bool]] = {
    "420.jpg": ({"quality": 92, "subsampling": "4:2:0"}, True),
    "422.jpg": ({"quality": 92, "subsampling": "4:2:2"}, True),
    "444.jpg": ({"quality": 92, "subsampling": "4:4:4"}, False),
    "lossy.webp": ({"quality": 90}, True),
    "lossless.webp": ({"lossless": True}, False),
    "plain.tif": ({}, False),
    "plain.png": ({}, False),
}


@pytest.fixture(scope="module")
def photograph() -> np.ndarray:
    """Return a part of a photograph in colour, (H, W, 3)."""
    files = {file.name: file.path for split in embedded_photographs().values() for file in split}
    return np.asarray(Image.open(files["coffee.png"]).convert("RGB"))[100:356, 150:406]


@pytest.mark.parametrize("name", WAYS)
def test_a_file_with_fewer_pixels_of_colour_is_known(name: str, photograph: np.ndarray, tmp_path: Path) -> None:
    options, expected = WAYS[name]
    Image.fromarray(photograph).save(tmp_path / name, **options)
    assert has_subsampled_chroma(tmp_path / name) == expected


@pytest.mark.parametrize("subsampling", [(1, 1), (2, 2)])
def test_a_tiff_file_says_how_many_pixels_of_colour_it_has(
    subsampling: tuple[int, int], photograph: np.ndarray, tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", photograph, compression="jpeg", photometric="ycbcr", subsampling=subsampling)
    assert has_subsampled_chroma(tmp_path / "a.tif") == (subsampling == (2, 2))


def test_grey_and_damaged_files_have_no_chroma(photograph: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(photograph[..., 0]).save(tmp_path / "grey.jpg")
    (tmp_path / "damaged.jpg").write_bytes(b"\xff\xd8\xff")
    assert not any(has_subsampled_chroma(tmp_path / name) for name in ("grey.jpg", "damaged.jpg", "missing.jpg"))


@pytest.mark.parametrize("name", ["420.jpg", "lossy.webp"])
def test_the_noise_of_such_a_file_is_removed(
    name: str, photograph: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = as_float(photograph)[np.newaxis]
    noisy = as_bytes(add_noise(clean, Noise("gaussian", 25 / 255), seed=1))[0]
    Image.fromarray(noisy).save(tmp_path / name, **WAYS[name][0])
    assert denoise_command([str(tmp_path / name), "-o", str(tmp_path / "out"), "--format", "png"]) == 0
    before, after = (
        as_float(np.asarray(Image.open(path).convert("RGB")))[np.newaxis]
        for path in (tmp_path / name, tmp_path / "out" / f"{Path(name).stem}.png")
    )
    assert psnr(clean, after)[0] > psnr(clean, before)[0] + 2.5
    assert "natural-gray denoised each channel by itself" in capsys.readouterr().out
