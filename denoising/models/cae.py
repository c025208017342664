"""The reference: the convolutional autoencoder with which the others are compared."""

from denoising.backend import keras
from denoising.backend.upsampling import Upsampling, upsample_conv2d
from denoising.models.size import ImageShape, ModelSize, require_multiple_of_4


def cae(shape: ImageShape, size: ModelSize, *, upsample: Upsampling = upsample_conv2d) -> keras.Model:
    """Return the reference network, 12,193 parameters for one channel; `size` does not change it."""
    require_multiple_of_4(shape, "cae")
    layers = keras.layers

    def convolve(filters: int, name: str) -> keras.layers.Layer:
        return layers.Conv2D(filters, 3, activation="relu", padding="same", name=name)

    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    features = convolve(32, "encoder_1")(noisy)
    features = layers.MaxPooling2D(2, name="halve_1")(features)  # (N, 14, 14, 32)
    features = convolve(16, "encoder_2")(features)
    features = layers.MaxPooling2D(2, name="halve_2")(features)  # (N, 7, 7, 16)
    features = convolve(16, "decoder_1")(features)
    features = layers.UpSampling2D(2, name="double_1")(features)  # (N, 14, 14, 16)
    features = convolve(32, "decoder_2")(features)
    denoised = upsample(shape[-1], activation="sigmoid", dtype="float32", name="denoised")(features)  # (N, 28, 28, 1)
    return keras.Model(noisy, denoised, name="cae")
