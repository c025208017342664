"""The reference made deeper and wider."""

from stages.lib.backend import keras
from stages.lib.double import Doubling, in_stock_layers
from stages.lib.train.architectures.size import Shape, Size, refuse_odd


def deep_cae(shape: Shape, size: Size, *, double: Doubling = in_stock_layers) -> keras.Model:
    """Return an autoencoder with `depth` convolutions of `filters` wherever the image is halved, and no skips."""
    refuse_odd(shape, "deep_cae")
    layers = keras.layers

    def convolve(images: keras.KerasTensor, name: str) -> keras.KerasTensor:
        for number in range(1, size.depth + 1):
            images = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name=f"{name}_{number}")(images)
        return images

    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    found = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="encoder_1")(noisy)
    found = convolve(layers.MaxPooling2D(2, name="halve_1")(found), "encoder_2")  # (N, 14, 14, filters)
    found = convolve(layers.MaxPooling2D(2, name="halve_2")(found), "code")  # (N, 7, 7, filters)
    found = convolve(layers.UpSampling2D(2, name="double_1")(found), "decoder_1")  # (N, 14, 14, filters)
    found = double(shape[-1], name="decoder_2")(found)  # (N, 28, 28, 1)
    return keras.Model(noisy, layers.Activation("sigmoid", dtype="float32", name="denoised")(found), name="deep_cae")
