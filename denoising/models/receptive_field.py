"""Says how far a network sees."""

import math

from denoising.backend import keras


def receptive_reach(model: keras.Model) -> int:
    """Return how many pixels to each side of a pixel can change it in the network's output: an upper bound.

    For a network that takes images of one size, that is their longer side.
    """
    sides = model.input_shape[1:3]
    if None not in sides:
        return int(max(sides))
    steps: dict[int, float] = {id(source): 1.0 for source in model.inputs}  # pixels between neighbouring features
    reach: dict[int, float] = {id(source): 0.0 for source in model.inputs}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        inputs = [id(one) for one in (layer.input if isinstance(layer.input, list) else [layer.input])]
        step, before = max(steps[one] for one in inputs), max(reach[one] for one in inputs)
        grown, beyond = _effect(layer)
        steps[id(layer.output)] = step * grown
        reach[id(layer.output)] = before + beyond * step * min(grown, 1.0)
    return math.ceil(max(reach[id(target)] for target in model.outputs))


def _effect(layer: keras.layers.Layer) -> tuple[float, int]:
    """Return by what a layer multiplies the distance of features, and how far it sees, in the smaller distance."""
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return 1 / max(layer.strides), max(layer.kernel_size) - 1
    if isinstance(layer, keras.layers.UpSampling2D):
        return 1 / max(layer.size), max(layer.size) - 1
    window = getattr(layer, "kernel_size", getattr(layer, "pool_size", (1,)))
    return max(getattr(layer, "strides", (1,))), max(window) // 2
