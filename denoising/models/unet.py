"""An encoder and decoder with skip connections, after O. Ronneberger et al., U-Net (2015), arXiv:1505.04597.

Built for speed: the first convolution halves the resolution, so that only the output is computed at full resolution.
Built for small images: at an eighth of the resolution the receptive field covers a whole digit.
"""

from denoising.backend import keras
from denoising.models.blocks import downsample, residual_blocks, skip, upsample
from denoising.models.size import ImageShape, ModelSize, require_multiple_of_4


def unet(shape: ImageShape, size: ModelSize) -> keras.Model:
    """Return a U-Net with `depth` residual blocks at a half, a quarter and an eighth of the resolution, down and up.

    They have `filters` at half the resolution, and twice as many below.
    """
    require_multiple_of_4(shape, "unet")
    layers, few, many = keras.layers, size.filters, 2 * size.filters
    noisy = keras.Input(shape, name="noisy")  # (N, 28, 28, 1)
    half = layers.Conv2D(few, 4, strides=2, padding="same", name="halve_1")(noisy)
    half = residual_blocks(half, few, size.depth, "half")  # (N, 14, 14, filters)
    quarter = downsample(half, many, "halve_2")
    quarter = residual_blocks(quarter, many, size.depth, "quarter")  # (N, 7, 7, 2 filters)
    eighth = downsample(quarter, many, "halve_3")
    eighth = residual_blocks(eighth, many, size.depth, "eighth")  # (N, 4, 4, 2 filters)
    up = skip(upsample(eighth, many, "double_1"), quarter, "skip_1")
    up = residual_blocks(up, many, size.depth, "quarter_back")  # (N, 7, 7, 2 filters)
    up = skip(upsample(up, few, "double_2"), half, "skip_2")
    up = residual_blocks(up, few, size.depth, "half_back")  # (N, 14, 14, filters)
    up = layers.Conv2DTranspose(shape[-1], 4, strides=2, padding="same", name="double_3")(up)
    denoised = layers.Activation("sigmoid", dtype="float32", name="denoised")(up)
    return keras.Model(noisy, denoised, name="unet")
