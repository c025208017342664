"""Exports a saved denoiser to formats that run without Keras: ONNX, SavedModel and TensorFlow Lite."""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnx

from denoising.backend import keras, tensorflow
from denoising.errors import DenoisingError
from denoising.inference.networks import FORMATS
from denoising.inference.onnx_graph import onnx_model
from denoising.inference.saved_model import load_denoiser, stride_of
from denoising.io.atomic import replacing
from denoising.models.receptive_field import receptive_reach

CARD = "card.json"  # what a SavedModel and a TensorFlow Lite file tell of themselves


def export(
    path: str | PathLike[str],
    target: str | PathLike[str],
    *,
    to: str,
    metadata: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the denoiser of an .h5 file as `onnx`, `savedmodel` (a folder) or `tflite`.

    `metadata` is stored in the file, beside stride, reach and number of parameters: name, data, noise and licence.

    Raises:
        DamagedFileError: when the file is missing, damaged, or contains no denoiser.
    """
    if to not in FORMATS:
        raise DenoisingError(f"Unknown format {to!r}. Choose one of {', '.join(FORMATS)}.")
    model = load_denoiser(Path(path))
    with replacing(Path(target)) as (partial,):
        if to == "savedmodel":
            to_saved_model(model, partial, metadata)
        else:
            partial.write_bytes(to_onnx(model, metadata) if to == "onnx" else to_tflite(model, metadata))


def card_of(model: keras.Model, metadata: Mapping[str, str]) -> dict[str, str]:
    """Return the metadata of a denoiser: those given, and its stride, its reach and its number of parameters."""
    stride = stride_of(model) if None in model.input_shape[1:] else 1
    found = {"stride": stride, "reach": receptive_reach(model), "parameters": model.count_params()}
    return dict(sorted({**metadata, **{name: str(number) for name, number in found.items()}}.items()))


def to_onnx(model: keras.Model, metadata: Mapping[str, str]) -> bytes:
    """Return a denoiser as an ONNX file, whose metadata hold its card."""
    file = onnx_model(model)
    onnx.helper.set_model_props(file, card_of(model, metadata))
    onnx.checker.check_model(file, full_check=True)
    return bytes(file.SerializeToString(deterministic=True))


def to_saved_model(model: keras.Model, folder: Path, metadata: Mapping[str, str]) -> None:
    """Write a denoiser as a SavedModel of TensorFlow into a folder, with its card in `assets.extra`."""
    model.export(folder, format="tf_saved_model", input_signature=_signature(model), verbose=False)
    extra = folder / "assets.extra"
    extra.mkdir()
    (extra / CARD).write_text(_text(card_of(model, metadata)), encoding="utf-8")


def to_tflite(model: keras.Model, metadata: Mapping[str, str]) -> bytes:
    """Return a denoiser as a TensorFlow Lite file of its built-in operations alone, with its card in it.

    The card is a file in a ZIP archive behind the network, as TensorFlow Lite's metadata have it.
    """
    with tempfile.TemporaryDirectory() as folder:
        equivalent = _without_repetition(model)
        equivalent.export(folder, format="tf_saved_model", input_signature=_signature(model), verbose=False)
        network = tensorflow.lite.TFLiteConverter.from_saved_model(folder).convert()
    file = io.BytesIO(network)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(CARD), _text(card_of(model, metadata)))
    return file.getvalue()


def _text(card: Mapping[str, str]) -> str:
    return json.dumps(card, indent=2) + "\n"


def _signature(model: keras.Model) -> list[keras.InputSpec]:
    return [keras.InputSpec(shape=(None, *model.input_shape[1:]), dtype="float32", name="noisy")]


def _without_repetition(model: keras.Model) -> keras.Model:
    """Return an equal network that repeats pixels by transposed convolutions, which TensorFlow Lite has."""

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if not isinstance(layer, keras.layers.UpSampling2D):
            return layer.__class__.from_config(layer.get_config())
        channels, size = layer.input.shape[-1], layer.size
        return keras.layers.Conv2DTranspose(channels, size, strides=size, use_bias=False, name=layer.name)

    cloned = keras.models.clone_model(model, clone_function=clone)
    for layer in cloned.layers:
        original = model.get_layer(layer.name)
        weights = original.get_weights()
        if isinstance(original, keras.layers.UpSampling2D):
            weights = [np.broadcast_to(np.eye(original.input.shape[-1], dtype=np.float32), layer.kernel.shape)]
        layer.set_weights(weights)
    return cloned
