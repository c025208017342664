"""Doubles an image and convolves it: in two stock layers, or in one that is quicker (`benchmarks/steps.py`).

A convolution with few outputs is slow at full resolution. After an up-sampling that repeats each pixel, each of
the four pixels that came from one sees the same neighbours: so four outputs can be computed from the small image, with
sums of the same weights, and then be put side by side.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from stages.lib.backend import keras, tensorflow

Doubling = Callable[..., Callable[[Any], Any]]  # of channels, and options of Conv2D


def in_stock_layers(channels: int, **options: Any) -> Callable[[Any], Any]:
    """Return a function from images (N, H, W, C) to (N, 2H, 2W, channels)."""
    layers = keras.layers
    double = layers.UpSampling2D(2, name="double_2")
    convolve = layers.Conv2D(channels, 3, padding="same", **options)
    return lambda images: convolve(double(images))


class InOneLayer(keras.layers.Layer):
    """What `in_stock_layers` does, with the weights of its convolution; the results differ by rounding."""

    def __init__(self, channels: int, *, activation: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._channels, self._activation = channels, keras.activations.get(activation)

    def build(self, shape: tuple[int, ...]) -> None:
        self.kernel = self.add_weight(shape=(3, 3, shape[-1], self._channels), initializer="glorot_uniform", name="k")
        self.bias = self.add_weight(shape=(self._channels,), initializer="zeros", name="b")

    def call(self, images: Any) -> Any:
        # The pixel k - 1 rows below row 2i + a of the doubled image was row i + (a + k - 1) // 2 of the small one.
        seen = np.zeros((2, 3, 3), np.float32)  # (a, row of the small kernel, k)
        for a in range(2):
            for k in range(3):
                seen[a, 1 + (a + k - 1) // 2, k] = 1
        rows = tensorflow.cast(seen, images.dtype)
        kernel = tensorflow.einsum("apk,bql,klio->pqiabo", rows, rows, tensorflow.convert_to_tensor(self.kernel))
        kernel = tensorflow.reshape(kernel, (3, 3, images.shape[-1], 4 * self._channels))
        four = tensorflow.nn.conv2d(images, kernel, 1, "SAME")  # (N, H, W, 4 channels)
        return self._activation(tensorflow.nn.depth_to_space(four, 2) + self.bias)
