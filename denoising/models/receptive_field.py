"""Says how far a network sees."""

import math

from denoising.backend import keras
from denoising.errors import DenoisingError

WINDOWED = (
    keras.layers.AveragePooling2D,
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.DepthwiseConv2D,
    keras.layers.MaxPooling2D,
    keras.layers.SeparableConv2D,
)
INTERPOLATED = {"nearest": 0, "bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}  # features seen on each side
POINTWISE = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.Average,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Cropping2D,
    keras.layers.Dropout,
    keras.layers.ELU,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
    keras.layers.LeakyReLU,
    keras.layers.Maximum,
    keras.layers.Minimum,
    keras.layers.Multiply,
    keras.layers.PReLU,
    keras.layers.ReLU,
    keras.layers.Rescaling,
    keras.layers.SpatialDropout2D,
    keras.layers.Subtract,
)


def receptive_reach(model: keras.Model) -> int:
    """Return how many pixels around a block of pixels can change it in the network's output: an upper bound.

    A block is one of those that the network halves to one pixel. For a network that takes images of one size, the
    answer is their longer side.

    Raises:
        DenoisingError: when a layer may see more, such as the whole image, or is used more than once.
    """
    sides = model.input_shape[1:3]
    if None not in sides:
        return int(max(sides))
    steps: dict[int, float] = {id(source): 1.0 for source in model.inputs}  # pixels between neighbouring features
    reach: dict[int, float] = {id(source): 0.0 for source in model.inputs}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if not _is_known(layer):
            kind = "model" if isinstance(layer, keras.Model) else type(layer).__name__
            raise DenoisingError(f"The receptive field of {model.name} is unknown: it has the {kind} {layer.name}.")
        inputs = [id(one) for one in (layer.input if isinstance(layer.input, list) else [layer.input])]
        _require_known(inputs, reach, model)
        step, before = max(steps[one] for one in inputs), max(reach[one] for one in inputs)
        grown, beyond = _effect(layer)
        after, seen = step * grown, before + beyond * step * min(grown, 1.0)
        steps[id(layer.output)] = after
        reach[id(layer.output)] = math.ceil(seen / after) * after if grown > 1 else seen  # whole blocks
    targets = [id(target) for target in model.outputs]
    _require_known(targets, reach, model)
    return int(max(reach[target] for target in targets))


def _is_known(layer: keras.layers.Layer) -> bool:
    """Say whether it is known what a layer sees."""
    if isinstance(layer, keras.layers.LayerNormalization):
        return layer.axis in (-1, 3, [-1], [3])  # the channels of a pixel
    if isinstance(layer, keras.layers.UpSampling2D):
        return layer.interpolation in INTERPOLATED
    return isinstance(layer, (*WINDOWED, *POINTWISE))


def _require_known(features: list[int], reach: dict[int, float], model: keras.Model) -> None:
    if not reach.keys() >= set(features):
        raise DenoisingError(
            f"The receptive field of {model.name} is unknown: it has an operation that is no layer, or uses a layer "
            "more than once."
        )


def _effect(layer: keras.layers.Layer) -> tuple[float, int]:
    """Return by what a layer multiplies the distance of features, and how far it sees, in the smaller distance.

    What a window and its stride have in common stays within a block.
    """
    if isinstance(layer, keras.layers.UpSampling2D):
        return 1 / max(layer.size), INTERPOLATED[layer.interpolation] * max(layer.size)
    size = max(getattr(layer, "kernel_size", getattr(layer, "pool_size", (1,))))
    window = (size - 1) * max(getattr(layer, "dilation_rate", (1,))) + 1
    stride = max(getattr(layer, "strides", (1,)))
    beyond = max(window - stride + 1, 0) // 2
    return (1 / stride if isinstance(layer, keras.layers.Conv2DTranspose) else stride), beyond
