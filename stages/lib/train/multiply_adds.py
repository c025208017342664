"""Counts what a network computes for an image."""

import math

from stages.lib.backend import keras


def multiply_adds(model: keras.Model) -> int:
    """Return the multiply-adds of the convolutions that one image takes; all else is little beside them.

    A convolution uses each of its weights once for every pixel that it puts out, a transposed one for every pixel
    that it takes in.
    """
    return sum(_of(layer) for layer in model.layers if hasattr(layer, "kernel"))


def _of(layer: keras.layers.Layer) -> int:
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    pixels = (layer.input if transposed else layer.output).shape[1:3]
    return math.prod(pixels) * math.prod(layer.kernel.shape)
