"""A denoising residual U-Net for photographs, after K. Zhang et al., Plug-and-play image restoration with a deep
denoiser prior (2022), doi:10.1109/TPAMI.2021.3088914, many times smaller.

Unlike theirs, it predicts the noise, as DnCNN does, and is told no noise level. Half of the work is done at full
resolution, where the detail is: more filters below it brought nothing in short trainings.
"""

from denoising.backend import keras
from denoising.models.blocks import downsample, residual_blocks, skip, upsample
from denoising.models.size import ImageShape, ModelSize, require_multiple_of_4

MULTIPLES = (1, 2, 2, 2)  # of the filters, at full resolution, a half, a quarter and an eighth


def drunet(shape: ImageShape, size: ModelSize) -> keras.Model:
    """Return a U-Net with `depth` residual blocks at four resolutions, down and up, that subtracts the noise it finds.

    They have `filters` at full resolution, and twice as many below. The authors use 64 filters, doubled three times,
    and a depth of 4. The output is not limited to [0, 1]: train it on an error, not on cross-entropy.
    """
    require_multiple_of_4(shape, "drunet")
    layers = keras.layers
    widths = [multiple * size.filters for multiple in MULTIPLES]
    noisy = keras.Input(shape, name="noisy")
    features = layers.Conv2D(widths[0], 3, padding="same", name="first")(noisy)
    passed = []
    for level, filters in enumerate(widths):
        if level:
            features = downsample(features, filters, f"halve_{level}")
        features = residual_blocks(features, filters, size.depth, f"down_{level}")
        passed.append(features)
    for level in reversed(range(len(widths) - 1)):
        features = skip(upsample(features, widths[level], f"double_{level}"), passed[level], f"skip_{level}")
        features = residual_blocks(features, widths[level], size.depth, f"up_{level}")
    noise = layers.Conv2D(shape[-1], 3, padding="same", name="last")(features)
    return keras.Model(noisy, layers.Subtract(dtype="float32", name="denoised")([noisy, noise]), name="drunet")
