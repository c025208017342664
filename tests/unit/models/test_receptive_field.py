from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pytest

from denoising.backend import keras
from denoising.errors import DenoisingError
from denoising.inference.saved_model import stride_of
from denoising.models.receptive_field import receptive_reach
from denoising.models.registry import build_model

SIZES = {"cae": {}, "unet": {"filters": 4, "depth": 1}, "dncnn": {"filters": 4, "depth": 3}}
DRUNET = {"drunet": {"filters": 4, "depth": 1}}


def averaging(model: keras.Model) -> keras.Model:
    """Return the model with convolutions that are means, so that whatever it can see changes it."""
    model.set_weights([np.full(of.shape, 1 / of[..., 0].size) if of.ndim > 1 else of for of in model.get_weights()])
    model.layers[-1].activation = keras.activations.linear
    return model


@pytest.mark.parametrize(("name", "size"), {**SIZES, **DRUNET}.items())
def test_what_is_beyond_the_reach_changes_nothing_and_what_is_within_does(name: str, size: dict[str, int]) -> None:
    model = averaging(build_model(name, (None, None, 1), **size))
    reach = receptive_reach(model)
    block = stride_of(model)
    first = block * (reach // block + 2)
    image = np.zeros((1, 2 * first + block, 2 * first + block, 1), np.float32)
    image[0, first : first + block, first : first + block] = 1
    for seen in np.nonzero(np.asarray(model(image))[0, ..., 0]):
        around = (first - seen.min(), seen.max() - (first + block - 1))
        assert reach - 2 * block < max(around) <= reach


def test_a_dilated_convolution_reaches_over_its_gaps() -> None:
    noisy = keras.Input((None, None, 1))
    dilated = keras.layers.Conv2D(1, 3, dilation_rate=4, padding="same")(noisy)
    assert receptive_reach(keras.Model(noisy, keras.layers.Conv2D(1, 3, padding="same")(dilated))) == 5


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_an_interpolation_reaches_to_its_neighbours(interpolation: str) -> None:
    noisy = keras.Input((None, None, 1))
    small = keras.layers.AveragePooling2D(2)(noisy)
    model = keras.Model(noisy, keras.layers.UpSampling2D(2, interpolation=interpolation)(small))
    image = np.zeros((1, 40, 40, 1), np.float32)
    image[0, 20:22, 20:22] = 1
    seen = np.nonzero(np.asarray(model(image))[0, ..., 0])[0]
    assert max(20 - seen.min(), seen.max() - 21) <= receptive_reach(model)


def test_a_strided_layer_of_any_kind_divides_the_size() -> None:
    noisy = keras.Input((None, None, 1))
    half = keras.layers.SeparableConv2D(1, 3, strides=2, padding="same")(noisy)
    assert stride_of(keras.Model(noisy, keras.layers.UpSampling2D()(half))) == 2


@pytest.mark.parametrize(("axis", "known"), [(-1, True), ([1, 2], False)])
def test_a_normalization_of_the_channels_of_a_pixel_sees_no_further(axis: "int | list[int]", known: bool) -> None:
    noisy = keras.Input((None, None, 4))
    normalization = keras.layers.LayerNormalization(axis, center=False, scale=False)
    model = keras.Model(noisy, normalization(noisy))
    with nullcontext() if known else pytest.raises(DenoisingError, match="has the LayerNormalization"):
        assert receptive_reach(model) == 0


def sees_everything(noisy: keras.KerasTensor) -> keras.KerasTensor:
    mean = keras.layers.GlobalAveragePooling2D(keepdims=True, name="mean")(noisy)
    return keras.layers.Multiply()([noisy, mean])


def is_used_twice(noisy: keras.KerasTensor) -> keras.KerasTensor:
    layer = keras.layers.Conv2D(1, 3, padding="same")
    return layer(layer(noisy))


def has_an_operation(noisy: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.Activation("sigmoid")(noisy - keras.layers.Conv2D(1, 3, padding="same")(noisy))


def has_a_model_inside(noisy: keras.KerasTensor) -> keras.KerasTensor:
    return keras.Sequential([keras.layers.Conv2D(1, 9, padding="same")], name="inner")(noisy)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (sees_everything, "has the GlobalAveragePooling2D mean"),
        (is_used_twice, "uses a layer more than once"),
        (has_an_operation, "an operation that is no layer"),
        (has_a_model_inside, "has the model inner"),
    ],
)
def test_a_network_whose_reach_is_unknown_is_refused(
    network: Callable[[keras.KerasTensor], keras.KerasTensor], words: str
) -> None:
    noisy = keras.Input((None, None, 1))
    with pytest.raises(DenoisingError, match=words):
        receptive_reach(keras.Model(noisy, network(noisy)))
