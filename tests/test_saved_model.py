from pathlib import Path

import h5py
import numpy as np
import pytest

from stages.lib.backend import keras
from stages.lib.evaluate.denoiser import load_denoiser
from stages.lib.evaluate.quicker import quicker
from stages.lib.failure import Mistake
from stages.lib.train.architectures.size import Size
from stages.lib.train.networks import build_denoiser

SHAPE, SIZE = (28, 28, 1), Size(filters=4, depth=1)
NOISY = np.random.default_rng(1).random((10, *SHAPE), np.float32)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    build_denoiser("cae", SHAPE, SIZE).save(tmp_path / "model.h5", include_optimizer=False)
    return tmp_path / "model.h5"


def test_a_saved_denoiser_gives_images_within_range(saved: Path) -> None:
    denoised = load_denoiser(saved, image_shape=SHAPE)(NOISY)
    assert denoised.shape == NOISY.shape
    assert denoised.dtype == np.float32
    assert 0 <= denoised.min() <= denoised.max() <= 1


def test_a_denoiser_for_other_images_is_refused(saved: Path) -> None:
    with pytest.raises(Mistake, match=r"model.h5 takes images of shape \(28, 28, 1\), the data has \(32, 32, 3\)"):
        load_denoiser(saved, image_shape=(32, 32, 3))


def test_a_model_that_is_no_denoiser_is_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match=r"gives images of shape \(10,\)"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)


@pytest.mark.parametrize("architecture", ["cae", "deep_cae", "vae", "unet"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_quicker_model_denoises_alike(architecture: str, channels: int) -> None:
    model = build_denoiser(architecture, (20, 12, channels), SIZE)
    noisy = np.random.default_rng(1).random((3, 20, 12, channels), np.float32)
    np.testing.assert_allclose(quicker(model).predict_on_batch(noisy), model.predict_on_batch(noisy), atol=1e-6)
    assert (quicker(model) is model) == (architecture == "unet")


@pytest.mark.parametrize("kept", [0, 100, 3000, -1000])
def test_a_truncated_model_is_named(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(Mistake, match="model.h5 cannot be loaded as a Keras model of stock layers"):
        load_denoiser(saved, image_shape=SHAPE)


def test_a_missing_model_or_another_hdf5_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="There is no model"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)
    h5py.File(tmp_path / "model.h5", "w").close()
    with pytest.raises(Mistake, match="holds no Keras model"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)


def test_code_in_a_model_file_is_not_run(tmp_path: Path) -> None:
    trap = keras.layers.Lambda(lambda image: image)
    model = keras.Sequential([keras.Input(SHAPE), trap])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match="stock layers"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)


def test_a_diverged_model_is_told_as_such(tmp_path: Path) -> None:
    model = build_denoiser("cae", SHAPE, SIZE)
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match="its training diverged"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)(NOISY)
