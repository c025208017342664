"""An encoder and decoder with skip connections, after O. Ronneberger et al., U-Net (2015), arXiv:1505.04597.

Built for speed: the first convolution halves the resolution, so that only the output is computed at full resolution.
Built for small images: at an eighth of the resolution the receptive field covers a whole digit. Residual blocks
(K. He et al., Deep residual learning, 2016, doi:10.1109/CVPR.2016.90) without normalisation.
"""

from denoising.backend import keras
from denoising.models.size import ImageShape, ModelSize, require_multiple_of_4


def unet(shape: ImageShape, size: ModelSize) -> keras.Model:
    """Return a U-Net with `depth` residual blocks at a half, a quarter and an eighth of the resolution, down and up.

    They have `filters` at half the resolution, and twice as many below. A residual network predicts the noise, as that
    of K. Zhang et al. (2017), doi:10.1109/TIP.2017.2662206; its output is not limited to [0, 1].
    """
    require_multiple_of_4(shape, "unet")
    layers, few, many = keras.layers, size.filters, 2 * size.filters
    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    half = layers.Conv2D(few, 4, strides=2, padding="same", name="halve_1")(noisy)
    half = _residual_blocks(half, few, size.depth, "half")  # (N, 14, 14, filters)
    quarter = layers.Conv2D(many, 2, strides=2, padding="same", name="halve_2")(half)
    quarter = _residual_blocks(quarter, many, size.depth, "quarter")  # (N, 7, 7, 2 filters)
    eighth = layers.Conv2D(many, 2, strides=2, padding="same", name="halve_3")(quarter)
    eighth = _residual_blocks(eighth, many, size.depth, "eighth")  # (N, 4, 4, 2 filters)
    up = _skip(_upsample(eighth, many, "double_1"), quarter, "skip_1")
    up = _residual_blocks(up, many, size.depth, "quarter_back")  # (N, 7, 7, 2 filters)
    up = _skip(_upsample(up, few, "double_2"), half, "skip_2")
    up = _residual_blocks(up, few, size.depth, "half_back")  # (N, 14, 14, filters)
    up = layers.Conv2DTranspose(shape[-1], 4, strides=2, padding="same", name="double_3")(up)
    if size.residual:
        denoised = layers.Subtract(dtype="float32", name="denoised")([noisy, up])
    else:
        denoised = layers.Activation("sigmoid", dtype="float32", name="denoised")(up)
    return keras.Model(noisy, denoised, name="unet")


def _residual_blocks(images: keras.KerasTensor, filters: int, depth: int, name: str) -> keras.KerasTensor:
    """Apply residual blocks, each of which is the identity before training."""
    layers = keras.layers
    for number in range(1, depth + 1):
        block = f"{name}_{number}"
        features = layers.Conv2D(filters, 3, activation="relu", padding="same", name=f"{block}_find")(images)
        change = layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros", name=f"{block}_change")(features)
        images = layers.Add(name=f"{block}_add")([images, change])
    return images


def _upsample(images: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    return keras.layers.Conv2DTranspose(filters, 2, strides=2, name=name)(images)


def _skip(up: keras.KerasTensor, other: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Return the sum of both; where a side was odd before it was halved, `up` is one pixel longer and is cropped."""
    sides = zip(up.shape[1:3], other.shape[1:3], strict=True)
    rows, columns = (0 if one is None else one - two for one, two in sides)  # of any size: a multiple of 8
    if rows or columns:
        up = keras.layers.Cropping2D(((0, rows), (0, columns)), name=f"{name}_crop")(up)
    return keras.layers.Add(name=name)([up, other])
