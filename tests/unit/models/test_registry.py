from pathlib import Path
from typing import Any

import numpy as np
import pytest

from denoising.backend import keras
from denoising.errors import DenoisingError
from denoising.models.registry import ARCHITECTURES, build_model, build_training_model, copy_weights

SHAPE = (28, 28, 1)
SMALL: dict[str, Any] = {"filters": 4, "depth": 2}

NOISY = np.random.default_rng(1).random((3, *SHAPE), np.float32)
every_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES)


@every_architecture
def test_two_models_built_in_one_process_have_identical_files(architecture: str, tmp_path: Path) -> None:
    for name in ("one.h5", "two.h5"):
        keras.utils.set_random_seed(1)
        build_model(architecture, SHAPE, **SMALL).save(tmp_path / name, include_optimizer=False)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


@every_architecture
def test_the_same_weights_fit_images_of_another_size(architecture: str) -> None:
    small, large = (build_model(architecture, shape, **SMALL) for shape in (SHAPE, (32, 48, 1)))
    large.set_weights(small.get_weights())
    assert large.output_shape == (None, 32, 48, 1)


@every_architecture
def test_a_saved_denoiser_has_stock_layers_and_is_deterministic(architecture: str, tmp_path: Path) -> None:
    build_model(architecture, SHAPE, **SMALL).save(tmp_path / "model.h5", include_optimizer=False)
    denoiser = keras.models.load_model(tmp_path / "model.h5", compile=False, safe_mode=True)
    assert denoiser.dtype_policy.name == "float32"
    np.testing.assert_array_equal(denoiser.predict_on_batch(NOISY), denoiser.predict_on_batch(NOISY))


@every_architecture
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_denoiser_computes_what_its_training_model_learned(architecture: str, precision: str) -> None:
    training_model = build_training_model(architecture, SHAPE, **SMALL, precision=precision)
    denoiser = build_model(architecture, SHAPE, **SMALL)
    copy_weights(training_model, denoiser)
    outputs = training_model.predict_on_batch(NOISY)
    denoised = outputs[0] if architecture == "vae" else outputs
    assert denoised.dtype == np.float32
    rounding = 0.02 if precision == "mixed_bfloat16" else 1e-6  # bfloat16 has eight significant bits
    np.testing.assert_allclose(denoiser.predict_on_batch(NOISY), denoised, atol=rounding)


@pytest.mark.parametrize("architecture", ["cae", "deep_cae", "vae", "unet", "drunet"])
def test_images_that_cannot_be_halved_twice_are_refused(architecture: str) -> None:
    with pytest.raises(DenoisingError, match="that are multiples of 4, found shape"):
        build_model(architecture, (30, 28, 1), **SMALL)


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(DenoisingError, match="Unknown architecture 'resnet'. Choose one of cae"):
        build_model("resnet", SHAPE)


@pytest.mark.parametrize("options", [{"filters": 0}, {"depth": 0}])
def test_a_network_of_nothing_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(DenoisingError, match="Expected at least one filter and a depth of at least 1"):
        build_model("unet", (28, 28, 1), **options)


def test_a_shape_without_channels_is_refused() -> None:
    with pytest.raises(DenoisingError, match=r"Expected the shape \(H, W, C\) of an image, found \(28, 28\)"):
        build_model("cae", (28, 28))


@every_architecture
def test_a_network_for_any_size_computes_what_one_for_a_given_size_does(architecture: str) -> None:
    given, free = (build_model(architecture, shape, **SMALL) for shape in ((16, 24, 1), (None, None, 1)))
    free.set_weights(given.get_weights())
    images = np.random.default_rng(1).random((2, 16, 24, 1), np.float32)
    np.testing.assert_allclose(free.predict_on_batch(images), given.predict_on_batch(images), atol=1e-6)
