"""The denoisers that can be trained: each one short function from an image shape (H, W, C) to an untrained model.

Stock Keras layers only, so that the saved file loads without this project. Every layer is named: Keras numbers
unnamed ones by what else the process has built, and the bytes of the file would depend on it.
"""

from collections.abc import Callable

from stages.lib.backend import keras
from stages.lib.failure import Mistake

Shape = tuple[int, ...]


def cae(shape: Shape) -> keras.Model:
    """Return the reference, a convolutional autoencoder of 12,193 parameters where there is one channel."""
    if shape[0] % 4 or shape[1] % 4:
        raise Mistake(f"cae halves an image twice: height and width must be multiples of 4, not {shape}.")
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape, name="noisy"),  # (N, 28, 28, 1)
            layers.Conv2D(32, 3, activation="relu", padding="same", name="encoder_1"),
            layers.MaxPooling2D(2, name="halve_1"),  # (N, 14, 14, 32)
            layers.Conv2D(16, 3, activation="relu", padding="same", name="encoder_2"),
            layers.MaxPooling2D(2, name="halve_2"),  # (N, 7, 7, 16)
            layers.Conv2D(16, 3, activation="relu", padding="same", name="decoder_1"),
            layers.UpSampling2D(2, name="double_1"),  # (N, 14, 14, 16)
            layers.Conv2D(32, 3, activation="relu", padding="same", name="decoder_2"),
            layers.UpSampling2D(2, name="double_2"),  # (N, 28, 28, 32)
            layers.Conv2D(shape[-1], 3, activation="sigmoid", padding="same", name="denoised"),
        ],
        name="cae",
    )


ARCHITECTURES: dict[str, Callable[[Shape], keras.Model]] = {"cae": cae}
