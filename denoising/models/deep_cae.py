"""The reference, deeper and wider."""

from denoising.backend import keras
from denoising.backend.upsampling import Upsampling, upsample_conv2d
from denoising.models.size import ImageShape, ModelSize, require_multiple_of_4


def deep_cae(shape: ImageShape, size: ModelSize, *, upsample: Upsampling = upsample_conv2d) -> keras.Model:
    """Return an autoencoder without skips that has `depth` convolutions of `filters` at each lower resolution."""
    require_multiple_of_4(shape, "deep_cae")
    layers = keras.layers

    def convolve(images: keras.KerasTensor, name: str) -> keras.KerasTensor:
        for number in range(1, size.depth + 1):
            images = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name=f"{name}_{number}")(images)
        return images

    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    features = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="encoder_1")(noisy)
    features = convolve(layers.MaxPooling2D(2, name="halve_1")(features), "encoder_2")  # (N, 14, 14, filters)
    features = convolve(layers.MaxPooling2D(2, name="halve_2")(features), "code")  # (N, 7, 7, filters)
    features = convolve(layers.UpSampling2D(2, name="double_1")(features), "decoder_1")  # (N, 14, 14, filters)
    features = upsample(shape[-1], name="decoder_2")(features)  # (N, 28, 28, 1)
    denoised = layers.Activation("sigmoid", dtype="float32", name="denoised")(features)
    return keras.Model(noisy, denoised, name="deep_cae")
