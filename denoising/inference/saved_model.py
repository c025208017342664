"""Loads a saved Keras model without the code that built it, and without running code from the file."""

from pathlib import Path

import h5py

from denoising.backend import keras
from denoising.errors import DamagedFileError


def load_model(path: Path, *, image_shape: tuple[int, ...] | None = None) -> keras.Model:
    """Return the model in `path`; where `image_shape` is given, it must take images (N, *image_shape).

    Raises:
        DamagedFileError: when the file is missing, not a model of stock layers, or made for other images.
    """
    if not path.is_file():
        raise DamagedFileError(f"There is no model {path}.")
    model = _load(path)
    if image_shape and not accepts(model.input_shape, image_shape):
        raise DamagedFileError(f"{path} takes images of shape {model.input_shape[1:]}, the data has {image_shape}.")
    return model


def accepts(shape: object, image_shape: tuple[int, ...]) -> bool:
    """Say whether a model's shape (None, H, W, C), in which None stands for any size, accepts the images."""
    return (
        isinstance(shape, tuple)
        and len(shape) == len(image_shape) + 1
        and all(size in (None, wanted) for size, wanted in zip(shape[1:], image_shape, strict=True))
    )


def _load(path: Path) -> keras.Model:
    try:
        with h5py.File(path) as file:
            if "model_config" not in file.attrs:
                raise DamagedFileError(f"{path} is an HDF5 file, but contains no Keras model.")
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except DamagedFileError:
        raise
    except Exception as error:  # Keras and HDF5 raise many types for a damaged or foreign file
        reason = str(error).split("\n")[0]
        raise DamagedFileError(f"{path} cannot be loaded as a Keras model of stock layers: {reason}") from error
