import numpy as np

from denoising.backend import keras
from denoising.models.registry import build_training_model

SHAPE, FILTERS = (28, 28, 1), 4
NOISY = np.random.default_rng(1).random((3, *SHAPE), np.float32)


def test_the_code_is_sampled_in_training_only() -> None:
    keras.utils.set_random_seed(1)
    training_model = build_training_model("vae", SHAPE, filters=FILTERS, depth=2, precision="float32")
    one, two = (training_model(NOISY, training=True) for _ in range(2))
    assert np.abs(np.asarray(one[0]) - np.asarray(two[0])).max() > 0.001
    np.testing.assert_array_equal(np.asarray(one[1]), np.asarray(two[1]))  # the mean
    assert one[1].shape == one[2].shape == (3, 7, 7, FILTERS)
