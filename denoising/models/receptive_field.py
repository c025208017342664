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
POINTWISE = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.Average,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Cropping2D,
    keras.layers.Dropout,
    keras.layers.ELU,
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
        if not isinstance(layer, (*WINDOWED, *POINTWISE, keras.layers.UpSampling2D)):
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


def _require_known(features: list[int], reach: dict[int, float], model: keras.Model) -> None:
    if not reach.keys() >= set(features):  # a layer tells of its first use only
        raise DenoisingError(f"The receptive field of {model.name} is unknown: a layer is used more than once.")


def _effect(layer: keras.layers.Layer) -> tuple[float, int]:
    """Return by what a layer multiplies the distance of features, and how far it sees, in the smaller distance.

    What a window and its stride have in common stays within a block.
    """
    if isinstance(layer, keras.layers.UpSampling2D):
        features = 0 if layer.interpolation == "nearest" else 2  # on either side, which cubic interpolation sees
        return 1 / max(layer.size), features * max(layer.size)
    size = max(getattr(layer, "kernel_size", getattr(layer, "pool_size", (1,))))
    window = (size - 1) * max(getattr(layer, "dilation_rate", (1,))) + 1
    stride = max(getattr(layer, "strides", (1,)))
    beyond = max(window - stride + 1, 0) // 2
    return (1 / stride if isinstance(layer, keras.layers.Conv2DTranspose) else stride), beyond
