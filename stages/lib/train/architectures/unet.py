"""An encoder and a decoder with skips, in the manner of O. Ronneberger et al., U-Net (2015), arXiv:1505.04597.

Made for speed: the first convolution halves the image at once, so that nothing is computed at full resolution but the
output; and for small images: at an eighth of the resolution it sees a digit whole. Residual blocks (K. He et al.,
Deep residual learning, 2016, doi:10.1109/CVPR.2016.90) without normalisation.
"""

from stages.lib.backend import keras
from stages.lib.train.architectures.size import Shape, Size, refuse_odd


def unet(shape: Shape, size: Size) -> keras.Model:
    """Return a U-Net with `depth` residual blocks at a half, a quarter and an eighth of the resolution, down and up.

    They have `filters` at half the resolution, and twice as many below.
    """
    refuse_odd(shape, "unet")
    layers, few, many = keras.layers, size.filters, 2 * size.filters
    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    half = layers.Conv2D(few, 4, strides=2, padding="same", name="halve_1")(noisy)
    half = _blocks(half, few, size.depth, "half")  # (N, 14, 14, filters)
    quarter = layers.Conv2D(many, 2, strides=2, padding="same", name="halve_2")(half)
    quarter = _blocks(quarter, many, size.depth, "quarter")  # (N, 7, 7, 2 filters)
    eighth = layers.Conv2D(many, 2, strides=2, padding="same", name="halve_3")(quarter)
    eighth = _blocks(eighth, many, size.depth, "eighth")  # (N, 4, 4, 2 filters)
    back = _add(_double(eighth, many, "double_1"), quarter, "skip_1")
    back = _blocks(back, many, size.depth, "quarter_back")  # (N, 7, 7, 2 filters)
    back = _add(_double(back, few, "double_2"), half, "skip_2")
    back = _blocks(back, few, size.depth, "half_back")  # (N, 14, 14, filters)
    back = layers.Conv2DTranspose(shape[-1], 4, strides=2, padding="same", name="double_3")(back)
    return keras.Model(noisy, layers.Activation("sigmoid", dtype="float32", name="denoised")(back), name="unet")


def _blocks(images: keras.KerasTensor, filters: int, depth: int, name: str) -> keras.KerasTensor:
    """Return the images changed by residual blocks, none of which changes anything before it has learned to."""
    layers = keras.layers
    for number in range(1, depth + 1):
        block = f"{name}_{number}"
        found = layers.Conv2D(filters, 3, activation="relu", padding="same", name=f"{block}_find")(images)
        change = layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros", name=f"{block}_change")(found)
        images = layers.Add(name=f"{block}_add")([images, change])
    return images


def _double(images: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    return keras.layers.Conv2DTranspose(filters, 2, strides=2, name=name)(images)


def _add(doubled: keras.KerasTensor, other: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Return the sum of both; a side that was odd before it was halved is one pixel too long now."""
    rows, columns = (one - two for one, two in zip(doubled.shape[1:3], other.shape[1:3], strict=True))
    if rows or columns:
        doubled = keras.layers.Cropping2D(((0, rows), (0, columns)), name=f"{name}_crop")(doubled)
    return keras.layers.Add(name=name)([doubled, other])
