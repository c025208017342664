import numpy as np

from denoising.models.drunet import drunet
from denoising.models.size import ModelSize


def test_drunet_subtracts_the_predicted_noise() -> None:
    model = drunet((8, 16, 3), ModelSize(filters=4, depth=1))
    noisy = np.random.default_rng(1).random((2, 8, 16, 3), np.float32)
    last = model.get_layer("last")
    last.set_weights([np.zeros_like(last.weights[0]), np.array([0.1, 0.2, -2.0], np.float32)])
    np.testing.assert_allclose(model.predict_on_batch(noisy), noisy - [0.1, 0.2, -2.0], atol=1e-6)
