"""Up-sampling by two and a convolution: as two stock layers, or fused into one faster layer (`benchmarks/steps.py`).

A convolution with few output channels is slow at full resolution. After nearest-neighbour up-sampling, the four pixels
that came from one have the same neighbours. So they can be computed from the small image as four channels, with sums
of the same weights, and then be rearranged.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from denoising.backend import keras, tensorflow

Upsampling = Callable[..., Callable[[Any], Any]]  # of channels, and options of Conv2D


def upsample_conv2d(channels: int, **options: Any) -> Callable[[Any], Any]:
    """Return two stock layers as a function from images (N, H, W, C) to (N, 2H, 2W, channels)."""
    layers = keras.layers
    upsample = layers.UpSampling2D(2, name="double_2")
    convolve = layers.Conv2D(channels, 3, padding="same", **options)
    return lambda images: convolve(upsample(images))


class FusedUpsampleConv2D(keras.layers.Layer):
    """Computes what `upsample_conv2d` does, with the same weights; the results differ by rounding."""

    def __init__(self, channels: int, *, activation: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._channels, self._activation = channels, keras.activations.get(activation)

    def build(self, shape: tuple[int, ...]) -> None:
        kernel = (3, 3, shape[-1], self._channels)
        self.kernel = self.add_weight(shape=kernel, initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self._channels,), initializer="zeros", name="bias")

    def call(self, images: Any) -> Any:
        # Row 2i + a of the large image, shifted by k - 1 rows, is row i + (a + k - 1) // 2 of the small one.
        selection = np.zeros((2, 3, 3), np.float32)  # (a, row of the small kernel, k)
        for a in range(2):
            for k in range(3):
                selection[a, 1 + (a + k - 1) // 2, k] = 1
        rows = tensorflow.cast(selection, images.dtype)
        kernel = tensorflow.einsum("apk,bql,klio->pqiabo", rows, rows, tensorflow.convert_to_tensor(self.kernel))
        kernel = tensorflow.reshape(kernel, (3, 3, images.shape[-1], 4 * self._channels))
        four = tensorflow.nn.conv2d(images, kernel, 1, "SAME")  # (N, H, W, 4 channels)
        return self._activation(tensorflow.nn.depth_to_space(four, 2) + self.bias)
