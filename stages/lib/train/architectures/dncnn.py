"""The residual network of K. Zhang et al., Beyond a Gaussian denoiser, IEEE Transactions on Image Processing 26
(2017), doi:10.1109/TIP.2017.2662206.
"""

from stages.lib.backend import keras
from stages.lib.failure import Mistake
from stages.lib.train.architectures.size import Shape, Size


def dncnn(shape: Shape, size: Size) -> keras.Model:
    """Return a network of `depth` convolutions at full resolution that finds the noise, which is then taken away.

    Batch-normalised but for the first and the last. Its output is not held to [0, 1]: train it on an error, not on a
    likelihood. The authors have 64 filters and a depth of 17.
    """
    if size.depth < 2:
        raise Mistake(f"dncnn has a first and a last convolution: train.depth must be at least 2, not {size.depth}.")
    layers = keras.layers
    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    found = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="convolve_1")(noisy)
    for number in range(2, size.depth):
        found = layers.Conv2D(size.filters, 3, padding="same", use_bias=False, name=f"convolve_{number}")(found)
        found = layers.BatchNormalization(name=f"normalise_{number}")(found)
        found = layers.Activation("relu", name=f"activate_{number}")(found)
    noise = layers.Conv2D(shape[-1], 3, padding="same", name=f"convolve_{size.depth}")(found)
    return keras.Model(noisy, layers.Subtract(dtype="float32", name="denoised")([noisy, noise]), name="dncnn")
