"""Writes a Keras denoiser as an ONNX graph, a node or two for each layer, under its name.

tf2onnx, which Keras would use, loses a node now and then (version 1.17: about one conversion of `cae` in a hundred has
an axis too many), and names values anew in every run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from denoising.backend import keras
from denoising.errors import DenoisingError

OPSET, FORMAT = 17, 8  # of 2022
AXES = ("images", "height", "width", "channels")  # names of those that may have any length
TO_CHANNELS_FIRST, TO_CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid"}
SETTINGS: dict[str, tuple[Any, ...]] = {  # of layers, with the values that they may have
    "axis": (-1, 3),
    "center": (True,),
    "data_format": ("channels_last",),
    "dilation_rate": ((1, 1),),
    "groups": (1,),
    "interpolation": ("nearest",),
    "output_padding": (None,),
    "scale": (True,),
}


@dataclass
class Graph:
    """The nodes and the weights so far."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, sources: list[str], name: str, **attributes: Any) -> str:
        """Add a node, and return the name of its value."""
        self.nodes.append(helper.make_node(kind, sources, [f"{name}:0"], name=name, **attributes))
        return f"{name}:0"

    def constant(self, name: str, values: Any, kind: type = np.float32) -> str:
        """Add weights, and return their name."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, kind), name))
        return name

    def activation(self, layer: keras.layers.Layer, value: str) -> str:
        """Add the activation of a layer, and return the name of its value."""
        kind = getattr(layer.activation, "__name__", type(layer.activation).__name__)
        if kind == "linear":
            return value
        if kind not in ACTIVATIONS:
            raise DenoisingError(f"{layer.name} has the activation {kind}, which the export to ONNX does not know.")
        return self.node(ACTIVATIONS[kind], [value], f"{layer.name}/{kind}")


def onnx_model(model: keras.Model) -> onnx.ModelProto:
    """Return the graph of a denoiser: from `noisy` to `denoised`, float32, (images, height, width, channels).

    Raises:
        DenoisingError: when it has a layer that no network of this project has.
    """
    cloned = keras.models.clone_model(model)  # whose layers have been called once, or are used twice
    cloned.set_weights(model.get_weights())
    graph = Graph()
    (source,), (target,) = cloned.inputs, cloned.outputs
    values = {id(source): graph.node("Transpose", ["noisy"], "/channels_first", perm=TO_CHANNELS_FIRST)}
    for layer in cloned.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        write = WRITERS.get(type(layer))
        other = [name for name, known in SETTINGS.items() if getattr(layer, name, known[0]) not in known]
        if write is None or other:
            kind = " ".join([type(layer).__name__, *(f"with {getattr(layer, name)} as {name}" for name in other)])
            raise DenoisingError(f"The layer {layer.name} is a {kind}, which the export to ONNX does not know.")
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        values[id(layer.output)] = write(graph, layer, [_named(one, values) for one in inputs])
    graph.node("Transpose", [_named(target, values)], "/channels_last", perm=TO_CHANNELS_LAST)
    graph.nodes[-1].output[0] = "denoised"
    described = helper.make_graph(
        graph.nodes, model.name, [_described("noisy", source)], [_described("denoised", target)], graph.weights
    )
    return helper.make_model(described, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FORMAT)


def _named(images: keras.KerasTensor, values: dict[int, str]) -> str:
    if id(images) not in values:
        raise DenoisingError("A layer of this network is used more than once, which the export to ONNX does not know.")
    return values[id(images)]


def _described(name: str, images: keras.KerasTensor) -> onnx.ValueInfoProto:
    lengths = [length or axis for length, axis in zip(images.shape, AXES, strict=True)]
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, lengths)


def _conv2d(graph: Graph, layer: keras.layers.Conv2D, sources: list[str]) -> str:
    same = layer.padding == "same"
    padding: dict[str, Any] = {"auto_pad": "SAME_UPPER" if same else "VALID"}
    if same and set(layer.strides) == {1}:  # the same for all sizes
        padding = {"pads": _halves([size - 1 for size in layer.kernel_size])}
    shape = {"kernel_shape": layer.kernel_size, "strides": layer.strides}
    value = graph.node("Conv", [*sources, *_weights(graph, layer)], layer.name, **shape, **padding)
    return graph.activation(layer, value)


def _conv2d_transpose(graph: Graph, layer: keras.layers.Conv2DTranspose, sources: list[str]) -> str:
    more = [size - stride for size, stride in zip(layer.kernel_size, layer.strides, strict=True)]
    lost = [max(one, 0) if layer.padding == "same" else 0 for one in more]
    value = graph.node(
        "ConvTranspose",
        [*sources, *_weights(graph, layer)],
        layer.name,
        kernel_shape=layer.kernel_size,
        strides=layer.strides,
        pads=_halves(lost),
        output_padding=[max(-one, 0) for one in more],
    )
    return graph.activation(layer, value)


def _halves(lost: list[int]) -> list[int]:
    """Return the halves of two numbers, the smaller ones first: at the top, left, bottom and right."""
    return [*(one // 2 for one in lost), *(one - one // 2 for one in lost)]


def _weights(graph: Graph, layer: keras.layers.Layer) -> list[str]:
    """Add the weights of a convolution, (rows, columns, in, out), or transposed (rows, columns, out, in)."""
    kernel = graph.constant(f"{layer.name}/kernel", np.transpose(layer.kernel, (3, 2, 0, 1)))
    return [kernel, graph.constant(f"{layer.name}/bias", layer.bias)] if layer.use_bias else [kernel]


def _normalize(graph: Graph, layer: keras.layers.BatchNormalization, sources: list[str]) -> str:
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = [graph.constant(f"{layer.name}/{name}", getattr(layer, name)) for name in names]
    return graph.node("BatchNormalization", [*sources, *weights], layer.name, epsilon=layer.epsilon)


def _pool(graph: Graph, layer: keras.layers.MaxPooling2D, sources: list[str]) -> str:
    auto_pad = "SAME_UPPER" if layer.padding == "same" else "VALID"
    shape = {"kernel_shape": layer.pool_size, "strides": layer.strides, "auto_pad": auto_pad}
    return graph.node("MaxPool", sources, layer.name, **shape)


def _repeat(graph: Graph, layer: keras.layers.UpSampling2D, sources: list[str]) -> str:
    scales = graph.constant(f"{layer.name}/scales", [1, 1, *layer.size])
    how = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    return graph.node("Resize", [*sources, "", scales], layer.name, **how)


def _crop(graph: Graph, layer: keras.layers.Cropping2D, sources: list[str]) -> str:
    starts, lost = zip(*layer.cropping, strict=True)
    numbers = {"starts": starts, "ends": [-one or np.iinfo(np.int64).max for one in lost], "axes": (2, 3)}
    indices = [graph.constant(f"{layer.name}/{name}", values, np.int64) for name, values in numbers.items()]
    return graph.node("Slice", [*sources, *indices], layer.name)


WRITERS: dict[type, Callable[[Graph, Any, list[str]], str]] = {
    keras.layers.Activation: lambda graph, layer, sources: graph.activation(layer, sources[0]),
    keras.layers.Add: lambda graph, layer, sources: graph.node("Sum", sources, layer.name),
    keras.layers.BatchNormalization: _normalize,
    keras.layers.Conv2D: _conv2d,
    keras.layers.Conv2DTranspose: _conv2d_transpose,
    keras.layers.Cropping2D: _crop,
    keras.layers.MaxPooling2D: _pool,
    keras.layers.Subtract: lambda graph, layer, sources: graph.node("Sub", sources, layer.name),
    keras.layers.UpSampling2D: _repeat,
}
