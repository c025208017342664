"""The parts of which networks with skip connections are built.

Residual blocks are those of K. He et al., Deep residual learning (2016), doi:10.1109/CVPR.2016.90, without
normalisation.
"""

from denoising.backend import keras


def residual_blocks(images: keras.KerasTensor, filters: int, depth: int, name: str) -> keras.KerasTensor:
    """Apply residual blocks, each of which is the identity before training."""
    layers = keras.layers
    for number in range(1, depth + 1):
        block = f"{name}_{number}"
        features = layers.Conv2D(filters, 3, activation="relu", padding="same", name=f"{block}_find")(images)
        change = layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros", name=f"{block}_change")(features)
        images = layers.Add(name=f"{block}_add")([images, change])
    return images


def downsample(images: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Return features at half the resolution."""
    return keras.layers.Conv2D(filters, 2, strides=2, padding="same", name=name)(images)


def upsample(images: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Return features at twice the resolution."""
    return keras.layers.Conv2DTranspose(filters, 2, strides=2, name=name)(images)


def skip(up: keras.KerasTensor, other: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Return the sum of both; where a side was odd before it was halved, `up` is one pixel longer and is cropped."""
    sides = zip(up.shape[1:3], other.shape[1:3], strict=True)
    rows, columns = (0 if one is None else one - two for one, two in sides)  # of any size: a multiple of 8
    if rows or columns:
        up = keras.layers.Cropping2D(((0, rows), (0, columns)), name=f"{name}_crop")(up)
    return keras.layers.Add(name=name)([up, other])
