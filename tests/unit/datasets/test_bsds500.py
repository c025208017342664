"""The photographs of BSDS500, where there is a copy of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from denoising.datasets.bsds500 import load_bsds500
from denoising.datasets.cache import cache_folder
from denoising.image_files.normalize import normalize
from denoising.image_files.reader import read_image_file


def read_grayscale(path: Path) -> np.ndarray:
    (page,) = read_image_file(path)
    return normalize(page, color_mode="grayscale", white=None)[..., 0]


def test_the_measured_photographs_in_grey_are_the_test_set_of_the_papers() -> None:
    papers = sorted((cache_folder() / "bsd68").glob("*.png"))
    if not papers or not (cache_folder() / "bsds500/val").is_dir():
        pytest.skip("DENOISING_CACHE holds no bsd68 and bsds500")
    ours = {read_grayscale(file.path).tobytes() for file in load_bsds500()["test"]}
    assert len(ours) == 68
    assert ours == {np.asarray(Image.open(path)).tobytes() for path in papers}
