"""Counts the multiply-accumulate operations of a network."""

import math

from denoising.backend import keras


def count_macs(model: keras.Model) -> int:
    """Return the multiply-accumulates of the convolutions for one image; everything else is small beside them.

    The model must be one for images of a given size.

    A convolution uses each weight once per output pixel, a transposed convolution once per input pixel.
    """
    return sum(_layer_macs(layer) for layer in model.layers if hasattr(layer, "kernel"))


def _layer_macs(layer: keras.layers.Layer) -> int:
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    pixels = (layer.input if transposed else layer.output).shape[1:3]
    return math.prod(pixels) * math.prod(layer.kernel.shape)
