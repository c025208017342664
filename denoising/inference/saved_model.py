"""Loads a saved Keras model without the code that built it, and without running code from the file.

A file may describe far more than it holds, such as layers with billions of weights. So its description is compared with
what it holds before any memory is taken.
"""

import json
import math
from pathlib import Path
from typing import Any

import h5py

from denoising.backend import keras
from denoising.errors import DamagedFileError
from denoising.models.receptive_field import WINDOWED

MODEL_CLASSES = {"Functional": keras.Model, "Sequential": keras.Sequential}
MAX_LAYER_VALUES = 2**26  # that one layer may compute for one image of known size


def load_model(path: Path, *, image_shape: tuple[int | None, ...] | None = None) -> keras.Model:
    """Return the model in `path`; where `image_shape` is given, it must take images (N, *image_shape).

    Raises:
        DamagedFileError: when the file is missing, not a model of stock layers, or made for other images.
    """
    if not path.is_file():
        raise DamagedFileError(f"There is no file {path}.")
    model = _load(path)
    if image_shape and not accepts(model.input_shape, image_shape):
        raise DamagedFileError(f"{path} takes images of shape {model.input_shape[1:]}, the data has {image_shape}.")
    return model


def load_denoiser(path: Path, *, image_shape: tuple[int | None, ...] | None = None) -> keras.Model:
    """Return the model in `path`, which makes images of the shape that it takes; raises as `load_model`."""
    model = load_model(path, image_shape=image_shape)
    if len(model.inputs) != 1 or not accepts(model.output_shape, model.input_shape[1:]):
        raise DamagedFileError(f"{path} is not a denoiser: from {model.input_shape} it makes {model.output_shape}.")
    return model


def accepts(shape: object, image_shape: tuple[int | None, ...]) -> bool:
    """Say whether a model's shape (None, H, W, C), in which None stands for any size, accepts the images."""
    return (
        isinstance(shape, tuple)
        and len(shape) == len(image_shape) + 1
        and all(size in (None, wanted) for size, wanted in zip(shape[1:], image_shape, strict=True))
    )


def stride_of(model: keras.Model) -> int:
    """Return of what number the sides of an image must be multiples: the product of all reductions of its size."""
    strides = [
        max(layer.strides)
        for layer in model.layers
        if isinstance(layer, WINDOWED) and not isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    return math.prod(strides)


def _load(path: Path) -> keras.Model:
    try:
        with h5py.File(path) as file:
            if "model_config" not in file.attrs:
                raise DamagedFileError(f"{path} is an HDF5 file, but contains no Keras model.")
            stored = _stored_values(file)
            config = json.loads(file.attrs["model_config"])
        if 4 * stored > path.stat().st_size:
            raise DamagedFileError(f"{path} claims to hold {stored:,} numbers, more than fit into its size.")
        _require_size(config, stored=stored, path=path)
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except DamagedFileError:
        raise
    except Exception as error:  # Keras and HDF5 raise many types for a damaged or foreign file
        reason = str(error).split("\n")[0][:200]
        raise DamagedFileError(f"{path} cannot be loaded as a Keras model of stock layers: {reason}") from error


def _stored_values(file: h5py.File) -> int:
    """Return how many numbers the datasets of a file claim to hold."""
    sizes: list[int] = []

    def add(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(math.prod(item.shape or (0,)))

    file.visititems(add)
    return sum(sizes)


def _require_size(config: dict[str, Any], *, stored: int, path: Path) -> None:
    """Raise `DamagedFileError` unless the model described by `config` has the weights stored, and bounded layers."""
    model = _without_memory(config)
    described = sum(math.prod(variable.shape) for variable in model.weights)
    if described > stored:
        raise DamagedFileError(f"{path} describes a model of {described:,} weights, but holds {stored:,}.")
    for layer in model.layers:
        size = math.prod(part or 1 for part in getattr(layer.output, "shape", (1,))[1:])
        if size > MAX_LAYER_VALUES:
            raise DamagedFileError(f"{path} describes a layer of {size:,} values for one image, more than is sensible.")


def _without_memory(config: dict[str, Any]) -> keras.Model:
    """Return the model that is described, with the shapes of its variables but without their values."""
    from keras.src.backend.common import global_state  # Keras has no public way to forget a variable

    waiting = "uninitialized_variables"
    before = list(global_state.get_global_attribute(waiting, []))
    try:
        with keras.StatelessScope(initialize_variables=False):
            return MODEL_CLASSES[config["class_name"]].from_config(config["config"])
    finally:
        global_state.set_global_attribute(waiting, before)
