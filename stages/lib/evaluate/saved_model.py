"""Loads a saved model without the code that built it."""

from pathlib import Path

import h5py

from stages.lib.backend import keras
from stages.lib.failure import Mistake

REBUILD = "`dvc repro` trains or restores it."


def load_model(path: Path, *, image_shape: tuple[int, ...]) -> keras.Model:
    """Return the model in `path`, which takes images (N, *image_shape).

    Raises:
        Mistake: when the file is missing, no model, made of more than stock layers, or made for other images.
    """
    model = _load(path)
    if not fits(model.input_shape, image_shape):
        raise Mistake(f"{path} takes images of shape {model.input_shape[1:]}, the data has {image_shape}. {REBUILD}")
    return model


def count_parameters(path: Path) -> int:
    """Return how many numbers the model in `path` has learned."""
    return _load(path).count_params()


def fits(shape: object, image_shape: tuple[int, ...]) -> bool:
    """Say whether a model's (None, H, W, C), whose None fits any size, fits the images."""
    return (
        isinstance(shape, tuple)
        and len(shape) == len(image_shape) + 1
        and all(size in (None, wanted) for size, wanted in zip(shape[1:], image_shape, strict=True))
    )


def _load(path: Path) -> keras.Model:
    if not path.is_file():
        raise Mistake(f"There is no model {path}. {REBUILD}")
    try:
        with h5py.File(path) as file:
            if "model_config" not in file.attrs:
                raise Mistake(f"{path} is an HDF5 file, but holds no Keras model. {REBUILD}")
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Mistake:
        raise
    except Exception as error:  # Keras and HDF5 raise many kinds for a damaged or foreign file
        reason = str(error).split("\n")[0]
        raise Mistake(f"{path} cannot be loaded as a Keras model of stock layers ({reason}). {REBUILD}") from error
