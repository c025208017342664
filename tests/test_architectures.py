from pathlib import Path

import numpy as np
import pytest

from stages.lib.backend import keras
from stages.lib.failure import Mistake
from stages.lib.train.architectures.cae import cae
from stages.lib.train.architectures.dncnn import dncnn
from stages.lib.train.architectures.size import Size
from stages.lib.train.architectures.unet import unet
from stages.lib.train.multiply_adds import multiply_adds
from stages.lib.train.networks import ARCHITECTURES, build_denoiser, build_trainee, copy_weights
from stages.lib.train.parameters import TrainParameters

SHAPE, SMALL = (28, 28, 1), Size(filters=4, depth=2)
NOISY = np.random.default_rng(1).random((3, *SHAPE), np.float32)
every_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES)


def test_the_reference_is_the_one_of_the_notebook() -> None:
    model = cae(SHAPE, SMALL)
    assert model.count_params() == 12_193
    kinds = "InputLayer Conv2D MaxPooling2D Conv2D MaxPooling2D Conv2D UpSampling2D Conv2D UpSampling2D Conv2D"
    assert " ".join(type(layer).__name__ for layer in model.layers) == kinds
    assert [layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D)] == [32, 16, 16, 32, 1]
    assert model.output_shape == (None, *SHAPE)


def test_the_parameters_know_exactly_the_architectures_there_are() -> None:
    assert set(TrainParameters.model_fields["architecture"].annotation.__args__) == set(ARCHITECTURES)  # type: ignore[union-attr]


@every_architecture
def test_two_models_built_in_one_process_are_the_same_file(architecture: str, tmp_path: Path) -> None:
    for name in ("one.h5", "two.h5"):
        keras.utils.set_random_seed(1)
        build_denoiser(architecture, SHAPE, SMALL).save(tmp_path / name, include_optimizer=False)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


@every_architecture
def test_the_same_weights_serve_images_of_another_size(architecture: str) -> None:
    small, large = (build_denoiser(architecture, shape, SMALL) for shape in (SHAPE, (32, 48, 1)))
    large.set_weights(small.get_weights())
    assert large.output_shape == (None, 32, 48, 1)


@every_architecture
def test_a_saved_denoiser_is_stock_and_draws_nothing_by_chance(architecture: str, tmp_path: Path) -> None:
    build_denoiser(architecture, SHAPE, SMALL).save(tmp_path / "model.h5", include_optimizer=False)
    denoiser = keras.models.load_model(tmp_path / "model.h5", compile=False, safe_mode=True)
    assert denoiser.dtype_policy.name == "float32"
    np.testing.assert_array_equal(denoiser.predict_on_batch(NOISY), denoiser.predict_on_batch(NOISY))


@every_architecture
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_denoiser_does_what_its_trainee_has_learned(architecture: str, precision: str) -> None:
    trainee = build_trainee(architecture, SHAPE, SMALL, precision=precision)
    denoiser = build_denoiser(architecture, SHAPE, SMALL)
    copy_weights(trainee, denoiser)
    outputs = trainee.predict_on_batch(NOISY)
    denoised = outputs[0] if architecture == "vae" else outputs
    assert denoised.dtype == np.float32
    rounding = 0.02 if precision == "mixed_bfloat16" else 1e-6  # bfloat16 has eight significant bits
    np.testing.assert_allclose(denoiser.predict_on_batch(NOISY), denoised, atol=rounding)


def test_the_code_of_the_variational_autoencoder_is_drawn_in_training_alone() -> None:
    keras.utils.set_random_seed(1)
    trainee = build_trainee("vae", SHAPE, SMALL, precision="float32")
    one, two = (trainee(NOISY, training=True) for _ in range(2))
    assert np.abs(np.asarray(one[0]) - np.asarray(two[0])).max() > 0.001
    np.testing.assert_array_equal(np.asarray(one[1]), np.asarray(two[1]))  # the mean
    assert one[1].shape == one[2].shape == (3, 7, 7, SMALL.filters)


def test_dncnn_takes_away_what_it_finds() -> None:
    model = dncnn((5, 9, 3), Size(filters=4, depth=4))
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    images = np.random.default_rng(1).random((2, 5, 9, 3), np.float32)
    np.testing.assert_array_equal(model.predict_on_batch(images), images)
    assert sum(isinstance(layer, keras.layers.Conv2D) for layer in model.layers) == 4
    assert sum(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers) == 2


@pytest.mark.parametrize("architecture", ["cae", "deep_cae", "vae", "unet"])
def test_images_that_cannot_be_halved_twice_are_refused(architecture: str) -> None:
    with pytest.raises(Mistake, match="must be multiples of 4"):
        build_denoiser(architecture, (30, 28, 1), SMALL)


def test_multiply_adds_are_those_counted_by_hand() -> None:
    full, half, quarter = 28 * 28, 14 * 14, 7 * 7
    convolutions = full * 9 * 32 + half * 9 * 32 * 16 + quarter * 9 * 16 * 16 + half * 9 * 16 * 32 + full * 9 * 32
    assert multiply_adds(cae(SHAPE, SMALL)) == convolutions
    size = Size(filters=4, depth=1)
    eighth = 4 * 4
    blocks = 2 * (2 * half * 9 * 4 * 4) + 2 * (2 * quarter * 9 * 8 * 8) + 2 * eighth * 9 * 8 * 8
    down = half * 16 * 4 + quarter * 4 * 4 * 8 + eighth * 4 * 8 * 8
    up = eighth * 4 * 8 * 8 + quarter * 4 * 8 * 4 + half * 16 * 4
    assert multiply_adds(unet(SHAPE, size)) == blocks + down + up
