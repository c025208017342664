from pathlib import Path

import numpy as np
import pytest

from denoising.backend import keras
from denoising.errors import DamagedFileError, DenoisingError
from denoising.inference.denoiser import load
from denoising.models.registry import build_model

SHAPE = (28, 28, 1)

NOISY = np.random.default_rng(1).random((10, *SHAPE), np.float32)


def test_a_saved_denoiser_returns_images_in_range(saved: Path) -> None:
    denoised = load(saved)(NOISY)
    assert denoised.shape == NOISY.shape
    assert denoised.dtype == np.float32
    assert 0 <= denoised.min() <= denoised.max() <= 1


def test_a_denoiser_for_other_images_is_refused(saved: Path) -> None:
    with pytest.raises(DenoisingError, match=r"model.h5 takes images .* of \(28, 28, 1\), found \(2, 32, 32, 3\)"):
        load(saved)(np.zeros((2, 32, 32, 3), np.float32))


def test_a_model_that_is_not_a_denoiser_is_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(DamagedFileError, match=r"is not a denoiser: .* it makes \(None, 10\)"):
        load(tmp_path / "model.h5")


def test_the_output_of_a_diverged_model_is_refused(tmp_path: Path) -> None:
    model = build_model("cae", SHAPE)
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(DenoisingError, match="its training diverged"):
        load(tmp_path / "model.h5")(NOISY)


def test_the_result_does_not_depend_on_the_batch_size(saved: Path) -> None:
    expected = load(saved)(NOISY)
    np.testing.assert_allclose(load(saved, batch_size=3)(NOISY), expected, atol=1e-6)
    assert load(saved)(NOISY[:0]).shape == (0, *SHAPE)


def test_a_denoiser_knows_its_image_shape_and_its_size(saved: Path) -> None:
    denoiser = load(str(saved))
    assert denoiser.image_shape == SHAPE
    assert denoiser.parameter_count == 12_193


def test_uint8_images_are_refused_by_a_denoiser(saved: Path) -> None:
    with pytest.raises(DenoisingError, match="Divide uint8 images by 255"):
        load(saved)(np.zeros((1, *SHAPE), np.uint8))


def test_a_denoiser_for_other_images_is_refused_when_it_is_loaded(saved: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"takes images of shape \(28, 28, 1\), the data has \(32, 32, 3\)"):
        load(saved, image_shape=(32, 32, 3))


def test_noisy_images_that_are_not_finite_are_named_as_such(saved: Path) -> None:
    with pytest.raises(DenoisingError, match="The noisy images contain NaN"):
        load(saved)(np.full((1, *SHAPE), np.nan, np.float32))


def test_what_is_measured_is_the_saved_model(saved: Path) -> None:
    plain = keras.models.load_model(saved, compile=False)
    assert np.array_equal(load(saved, batch_size=10)(NOISY), np.clip(plain.predict_on_batch(NOISY), 0, 1))


def test_images_from_0_to_255_and_a_batch_of_nothing_are_refused(saved: Path) -> None:
    with pytest.raises(DenoisingError, match="found values up to 255. Divide 8-bit images by 255"):
        load(saved)(np.full((1, *SHAPE), 255, np.float32))
    with pytest.raises(DenoisingError, match="batch size of at least 1, found 0"):
        load(saved, batch_size=0)
