"""A convolutional denoising variational autoencoder.

D. P. Kingma and M. Welling, Auto-encoding variational Bayes (2014), arXiv:1312.6114; with a noisy input and a clean
target, as in D. Im et al., Denoising criterion for variational auto-encoding framework (2017), arXiv:1511.06406.
"""

from denoising.backend import keras
from denoising.backend.upsampling import FusedUpsampleConv2D, Upsampling, upsample_conv2d
from denoising.models.size import ImageShape, ModelSize, require_multiple_of_4


def vae(shape: ImageShape, size: ModelSize) -> keras.Model:
    """Return the denoiser: noisy images to the mean of their code, and that to denoised images, without sampling."""
    noisy = keras.Input(shape, name="noisy")
    mean = _mean(_encode(noisy, size), size)
    return keras.Model(noisy, _decode(mean, shape, size, upsample_conv2d), name="vae")


def sampling_vae(shape: ImageShape, size: ModelSize) -> keras.Model:
    """Return the training model: noisy images to [denoised, mean, log variance], decoded from a sampled code."""
    layers = keras.layers
    noisy = keras.Input(shape, name="noisy")
    features = _encode(noisy, size)
    mean = _mean(features, size)
    log_variance = layers.Conv2D(size.filters, 1, name="log_variance")(features)
    # Standard normal noise from stock layers, whose state is a variable: an interrupted training can be resumed.
    draw = layers.GaussianNoise(1.0, name="draw")(layers.Rescaling(0.0, name="zeros")(mean))
    deviation = layers.Activation("exponential", name="deviation")(layers.Rescaling(0.5, name="halve")(log_variance))
    code = layers.Add(name="sample")([mean, layers.Multiply(name="spread")([deviation, draw])])
    denoised = _decode(code, shape, size, FusedUpsampleConv2D)
    return keras.Model(noisy, [denoised, mean, log_variance], name="sampling_vae")


def _encode(noisy: keras.KerasTensor, size: ModelSize) -> keras.KerasTensor:
    require_multiple_of_4(noisy.shape[1:], "vae")
    layers = keras.layers
    features = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="encoder_1")(noisy)
    features = layers.MaxPooling2D(2, name="halve_1")(features)  # (N, 14, 14, filters)
    features = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="encoder_2")(features)
    features = layers.MaxPooling2D(2, name="halve_2")(features)  # (N, 7, 7, filters)
    return _convolve(features, size, "encoder_3")


def _mean(features: keras.KerasTensor, size: ModelSize) -> keras.KerasTensor:
    return keras.layers.Conv2D(size.filters, 1, name="mean")(features)


def _decode(code: keras.KerasTensor, shape: ImageShape, size: ModelSize, upsample: Upsampling) -> keras.KerasTensor:
    layers = keras.layers
    features = layers.UpSampling2D(2, name="double_1")(_convolve(code, size, "decoder_1"))  # (N, 14, 14, filters)
    features = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="decoder_2")(features)
    features = upsample(shape[-1], name="decoder_3")(features)  # (N, 28, 28, 1)
    return layers.Activation("sigmoid", dtype="float32", name="denoised")(features)


def _convolve(features: keras.KerasTensor, size: ModelSize, name: str) -> keras.KerasTensor:
    for number in range(1, size.depth + 1):
        layer = keras.layers.Conv2D(size.filters, 3, activation="relu", padding="same", name=f"{name}_{number}")
        features = layer(features)
    return features
