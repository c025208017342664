from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from denoising.app.trial import read_picture, resized, try_network
from denoising.errors import DenoisingError, ImageFileError
from denoising.images import Images
from denoising.inference.network import Network

RANDOM = np.random.default_rng(1)
GRADIENT = np.linspace(0.2, 0.8, 64 * 96, dtype=np.float32).reshape(1, 64, 96, 1)


def test_noise_is_added_removed_and_measured() -> None:
    trial = try_network(GRADIENT, "natural-gray", sigma=25)
    assert trial.scores
    (noisy, before), (denoised, after) = trial.scores["noisy"], trial.scores["denoised"]
    assert noisy == pytest.approx(20.2, abs=0.5)
    assert denoised > noisy + 10
    assert (after or 0) > (before or 1)


def test_without_noise_there_are_no_scores() -> None:
    trial = try_network(GRADIENT, "natural-gray", sigma=0)
    assert trial.scores is None
    assert trial.before.shape == trial.after.shape == (128, 192)  # enlarged, so that it can be seen
    assert trial.denoised.shape == (64, 96)


def test_a_drawing_is_averaged_to_the_size_of_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = np.kron(RANDOM.random((28, 28)), np.ones((10, 10))).astype(np.float32)[np.newaxis, ..., np.newaxis]
    np.testing.assert_allclose(resized(drawing, (28, 28, 1)), drawing[:, ::10, ::10], atol=1e-6)
    monkeypatch.setattr(
        "denoising.app.trial.cached_network",
        lambda path: Network(str(path), (28, 28, 1), 4, lambda noisy: noisy, 0, 28),
    )
    assert try_network(drawing, "digits", sigma=0).after.shape == (280, 280)
    with pytest.raises(DenoisingError, match="takes digits of 28 x 28 pixels; the picture is smaller"):
        resized(drawing[:, :20], (28, 28, 1))


@pytest.mark.parametrize(("sigma", "expected"), [(0, "natural-gray"), (25, "natural-color")])
def test_without_a_name_the_noise_chooses_the_network(sigma: float, expected: str) -> None:
    stored_in_colour = np.repeat(GRADIENT, 3, axis=-1)
    assert try_network(stored_in_colour, None, sigma=sigma).network == expected


def test_a_tiny_picture_has_no_ssim() -> None:
    scores = try_network(GRADIENT[:, :1, :1], "natural-gray", sigma=25).scores
    assert scores
    assert scores["noisy"][1] is None


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_a_picture_is_read_at_its_depth(tmp_path: Path, dtype: type, white: int) -> None:
    array: NDArray[Any] = (RANDOM.random((20, 30)) * white).astype(dtype)
    Image.fromarray(array).save(tmp_path / "a.png")
    read: Images = read_picture(tmp_path / "a.png")
    assert read.dtype == np.float32
    np.testing.assert_allclose(read[0, ..., 0], array / white, atol=1e-6)


def test_a_wrong_or_too_large_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(ImageFileError, match=r"^This file cannot be used: this is no PNG, .* image\.$"):
        read_picture(tmp_path / "a.png")
    Image.new("L", (4001, 3000)).save(tmp_path / "b.png")
    with pytest.raises(ImageFileError, match=r"^This picture has more than 12 megapixels\. The command `denoise`"):
        read_picture(tmp_path / "b.png")
