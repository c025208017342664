"""The reference: the convolutional autoencoder that the others are compared with."""

from stages.lib.backend import keras
from stages.lib.double import Doubling, in_stock_layers
from stages.lib.train.architectures.size import Shape, Size, refuse_odd


def cae(shape: Shape, size: Size, *, double: Doubling = in_stock_layers) -> keras.Model:
    """Return the reference, of 12,193 parameters where there is one channel; `size` does not change it."""
    refuse_odd(shape, "cae")
    layers = keras.layers

    def convolve(filters: int, name: str) -> keras.layers.Layer:
        return layers.Conv2D(filters, 3, activation="relu", padding="same", name=name)

    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    found = convolve(32, "encoder_1")(noisy)
    found = layers.MaxPooling2D(2, name="halve_1")(found)  # (N, 14, 14, 32)
    found = convolve(16, "encoder_2")(found)
    found = layers.MaxPooling2D(2, name="halve_2")(found)  # (N, 7, 7, 16)
    found = convolve(16, "decoder_1")(found)
    found = layers.UpSampling2D(2, name="double_1")(found)  # (N, 14, 14, 16)
    found = convolve(32, "decoder_2")(found)
    denoised = double(shape[-1], activation="sigmoid", dtype="float32", name="denoised")(found)  # (N, 28, 28, 1)
    return keras.Model(noisy, denoised, name="cae")
