import numpy as np
import pytest

from denoising.backend import keras
from denoising.errors import DenoisingError
from denoising.models.dncnn import dncnn
from denoising.models.registry import build_model
from denoising.models.size import ModelSize


def test_dncnn_subtracts_the_predicted_noise() -> None:
    model = dncnn((5, 9, 3), ModelSize(filters=4, depth=4))
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    images = np.random.default_rng(1).random((2, 5, 9, 3), np.float32)
    np.testing.assert_array_equal(model.predict_on_batch(images), images)
    assert sum(isinstance(layer, keras.layers.Conv2D) for layer in model.layers) == 4
    assert sum(isinstance(layer, keras.layers.BatchNormalization) for layer in model.layers) == 2


def test_a_dncnn_of_one_convolution_is_refused() -> None:
    with pytest.raises(DenoisingError, match="depth must be at least 2, not 1"):
        build_model("dncnn", (28, 28, 1), filters=4, depth=1)
