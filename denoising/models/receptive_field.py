"""Says how far a network sees."""

import math

from denoising.backend import keras
from denoising.errors import DenoisingError


def receptive_reach(model: keras.Model) -> int:
    """Return how many pixels around a block of pixels can change it in the network's output: an upper bound.

    A block is one of those that the network halves to one pixel. For a network that takes images of one size, the
    answer is their longer side.

    Raises:
        DenoisingError: when the model contains another, which hides what it sees.
    """
    sides = model.input_shape[1:3]
    if None not in sides:
        return int(max(sides))
    steps: dict[int, float] = {id(source): 1.0 for source in model.inputs}  # pixels between neighbouring features
    reach: dict[int, float] = {id(source): 0.0 for source in model.inputs}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.Model):
            raise DenoisingError(
                f"The receptive field of {model.name} cannot be determined: it contains the model {layer.name}."
            )
        inputs = [id(one) for one in (layer.input if isinstance(layer.input, list) else [layer.input])]
        step, before = max(steps[one] for one in inputs), max(reach[one] for one in inputs)
        grown, beyond = _effect(layer)
        after, seen = step * grown, before + beyond * step * min(grown, 1.0)
        steps[id(layer.output)] = after
        reach[id(layer.output)] = math.ceil(seen / after) * after if grown > 1 else seen  # whole blocks
    return int(max(reach[id(target)] for target in model.outputs))


def _effect(layer: keras.layers.Layer) -> tuple[float, int]:
    """Return by what a layer multiplies the distance of features, and how far it sees, in the smaller distance.

    What a window and its stride have in common stays within a block.
    """
    if isinstance(layer, keras.layers.UpSampling2D):
        return 1 / max(layer.size), 0
    size = max(getattr(layer, "kernel_size", getattr(layer, "pool_size", (1,))))
    window = (size - 1) * max(getattr(layer, "dilation_rate", (1,))) + 1
    stride = max(getattr(layer, "strides", (1,)))
    beyond = max(window - stride + 1, 0) // 2
    return (1 / stride if isinstance(layer, keras.layers.Conv2DTranspose) else stride), beyond
