"""The residual network of K. Zhang et al., Beyond a Gaussian denoiser, IEEE Transactions on Image Processing 26
(2017), doi:10.1109/TIP.2017.2662206.
"""

from denoising.backend import keras
from denoising.errors import DenoisingError
from denoising.models.size import ImageShape, ModelSize


def dncnn(shape: ImageShape, size: ModelSize) -> keras.Model:
    """Return a network of `depth` convolutions at full resolution that predicts the noise and subtracts it.

    All but the first and the last are batch-normalised. The output is not limited to [0, 1]: train it on an error, not
    on cross-entropy. The authors use 64 filters and a depth of 17.

    Raises:
        DenoisingError: when `depth` is below 2.
    """
    if size.depth < 2:
        raise DenoisingError(f"dncnn has a first and a last convolution: depth must be at least 2, not {size.depth}.")
    layers = keras.layers
    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    features = layers.Conv2D(size.filters, 3, activation="relu", padding="same", name="convolve_1")(noisy)
    for number in range(2, size.depth):
        features = layers.Conv2D(size.filters, 3, padding="same", use_bias=False, name=f"convolve_{number}")(features)
        features = layers.BatchNormalization(name=f"normalise_{number}")(features)
        features = layers.Activation("relu", name=f"activate_{number}")(features)
    noise = layers.Conv2D(shape[-1], 3, padding="same", name=f"convolve_{size.depth}")(features)
    return keras.Model(noisy, layers.Subtract(dtype="float32", name="denoised")([noisy, noise]), name="dncnn")
