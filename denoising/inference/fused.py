"""Rebuilds a loaded denoiser with fused layers, which compute the same faster."""

from denoising.backend import keras
from denoising.backend.upsampling import FusedUpsampleConv2D

MAX_CHANNELS = 4  # of the output; with many, the convolution at full resolution is as fast


def fuse_upsampling(model: keras.Model) -> keras.Model:
    """Return the model with each up-sampling and the convolution after it fused, where that is faster."""
    outputs = {tensor._keras_history.operation for tensor in model.outputs}
    upsamplings = [
        layer
        for layer in model.layers
        if layer not in outputs and _is_upsampling(layer) and all(map(_is_fusible, _consumers(layer)))
    ]
    if not upsamplings:
        return model
    convolutions = [consumer for layer in upsamplings for consumer in _consumers(layer)]

    def rebuild(layer: keras.layers.Layer) -> keras.layers.Layer:
        if layer in upsamplings:
            return keras.layers.Identity(name=layer.name)
        if layer in convolutions:
            return FusedUpsampleConv2D(layer.filters, activation=layer.activation, name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    rebuilt = keras.models.clone_model(model, clone_function=rebuild)
    rebuilt.set_weights(model.get_weights())
    return rebuilt


def _consumers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    return [node.operation for node in layer._outbound_nodes]


def _is_upsampling(layer: keras.layers.Layer) -> bool:
    return (
        isinstance(layer, keras.layers.UpSampling2D)
        and (layer.size == (2, 2) and layer.interpolation == "nearest" and layer.data_format == "channels_last")
        and bool(_consumers(layer))
    )


def _is_fusible(layer: keras.layers.Layer) -> bool:
    return (
        isinstance(layer, keras.layers.Conv2D)
        and not isinstance(layer, keras.layers.Conv2DTranspose)
        and len(layer._inbound_nodes) == 1
        and (layer.filters <= MAX_CHANNELS and layer.kernel_size == (3, 3) and layer.strides == (1, 1))
        and (layer.padding == "same" and layer.dilation_rate == (1, 1) and layer.groups == 1 and layer.use_bias)
    )
