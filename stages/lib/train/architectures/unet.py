"""An encoder and a decoder with a skip, in the manner of O. Ronneberger et al., U-Net (2015), arXiv:1505.04597.

Made for speed: the first convolution halves the image at once, so that nothing is computed at full resolution but the
output. Residual blocks (K. He et al., Deep residual learning, 2016, doi:10.1109/CVPR.2016.90) without normalisation.
"""

from stages.lib.backend import keras
from stages.lib.train.architectures.size import Shape, Size, refuse_odd


def unet(shape: Shape, size: Size) -> keras.Model:
    """Return a U-Net: `depth` residual blocks of `filters` at half the resolution, down and up; twice as wide between.

    At a quarter of the resolution there are `depth` blocks of twice the filters.
    """
    refuse_odd(shape, "unet")
    layers, filters = keras.layers, size.filters

    def blocks(images: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
        for number in range(1, size.depth + 1):
            block = f"{name}_{number}"
            found = layers.Conv2D(filters, 3, activation="relu", padding="same", name=f"{block}_find")(images)
            change = layers.Conv2D(filters, 3, padding="same", name=f"{block}_change")(found)
            images = layers.Add(name=f"{block}_add")([images, change])
        return images

    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    half = layers.Conv2D(filters, 4, strides=2, padding="same", name="halve_1")(noisy)
    half = blocks(half, filters, "encoder")  # (N, 14, 14, filters)
    quarter = layers.Conv2D(2 * filters, 2, strides=2, name="halve_2")(half)
    quarter = blocks(quarter, 2 * filters, "code")  # (N, 7, 7, 2 filters)
    back = layers.Conv2DTranspose(filters, 2, strides=2, name="double_1")(quarter)
    back = blocks(layers.Add(name="skip")([back, half]), filters, "decoder")  # (N, 14, 14, filters)
    back = layers.Conv2DTranspose(shape[-1], 4, strides=2, padding="same", name="double_2")(back)
    return keras.Model(noisy, layers.Activation("sigmoid", dtype="float32", name="denoised")(back), name="unet")
