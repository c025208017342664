"""A convolutional denoising variational autoencoder.

D. P. Kingma and M. Welling, Auto-encoding variational Bayes (2014), arXiv:1312.6114; with a noisy input and a clean
target, as in D. Im et al., Denoising criterion for variational auto-encoding framework (2017), arXiv:1511.06406.
"""

from stages.lib.backend import keras
from stages.lib.double import Doubling, InOneLayer, in_stock_layers
from stages.lib.train.architectures.size import Shape, Size, refuse_odd


def vae(shape: Shape, size: Size) -> keras.Model:
    """Return the denoiser: noisy images to the mean of their code, and that to denoised images. Nothing is drawn."""
    noisy = keras.Input(shape, name="noisy")
    mean = _mean(_encode(noisy, size), size)
    return keras.Model(noisy, _decode(mean, shape, size, in_stock_layers), name="vae")


def sampling_vae(shape: Shape, size: Size) -> keras.Model:
    """Return what is trained: noisy images to [denoised, mean, log variance], decoded from a draw of the code."""
    layers = keras.layers
    noisy = keras.Input(shape, name="noisy")
    found = _encode(noisy, size)
    mean = _mean(found, size)
    log_variance = layers.Conv2D(size.filters, 1, name="log_variance")(found)
    # A standard normal draw in stock layers, whose state is a variable: training can be interrupted and go on.
    draw = layers.GaussianNoise(1.0, name="draw")(layers.Rescaling(0.0, name="zeros")(mean))
    deviation = layers.Activation("exponential", name="deviation")(layers.Rescaling(0.5, name="halve")(log_variance))
    code = layers.Add(name="sample")([mean, layers.Multiply(name="spread")([deviation, draw])])
    return keras.Model(noisy, [_decode(code, shape, size, InOneLayer), mean, log_variance], name="sampling_vae")


def _encode(noisy: keras.KerasTensor, size: Size) -> keras.KerasTensor:
    refuse_odd(noisy.shape[1:], "vae")
    layers = keras.layers
    found = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="encoder_1")(noisy)
    found = layers.MaxPooling2D(2, name="halve_1")(found)  # (N, 14, 14, filters)
    found = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="encoder_2")(found)
    found = layers.MaxPooling2D(2, name="halve_2")(found)  # (N, 7, 7, filters)
    return _convolve(found, size, "encoder_3")


def _mean(found: keras.KerasTensor, size: Size) -> keras.KerasTensor:
    return keras.layers.Conv2D(size.filters, 1, name="mean")(found)


def _decode(code: keras.KerasTensor, shape: Shape, size: Size, double: Doubling) -> keras.KerasTensor:
    layers = keras.layers
    found = layers.UpSampling2D(2, name="double_1")(_convolve(code, size, "decoder_1"))  # (N, 14, 14, filters)
    found = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="decoder_2")(found)
    found = double(shape[-1], name="decoder_3")(found)  # (N, 28, 28, 1)
    return layers.Activation("sigmoid", dtype="float32", name="denoised")(found)


def _convolve(found: keras.KerasTensor, size: Size, name: str) -> keras.KerasTensor:
    for number in range(1, size.depth + 1):
        layer = keras.layers.Conv2D(size.filters, 3, activation="relu", padding="same", name=f"{name}_{number}")
        found = layer(found)
    return found
