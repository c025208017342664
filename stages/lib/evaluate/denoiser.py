"""Loads a saved denoiser, without the code that built it, and applies it."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from stages.lib.backend import keras
from stages.lib.failure import Mistake
from stages.lib.images import Images

Denoiser = Callable[[Images], Images]
_REBUILD = "`dvc repro` trains or restores it."


def load_denoiser(path: Path, *, image_shape: tuple[int, ...]) -> Denoiser:
    """Return a function from noisy to denoised images (N, *image_shape), clipped to [0, 1].

    Raises:
        Mistake: when the file is missing, no model, made of more than stock layers, or made for other images; and,
            from the function, when the model's output is not finite.
    """
    model = _load(path)
    for name, shape in (("takes", model.input_shape), ("gives", model.output_shape)):
        if not _fits(shape, image_shape):
            raise Mistake(f"{path} {name} images of shape {shape[1:]}, the data has {image_shape}. {_REBUILD}")

    def denoise(noisy: Images) -> Images:
        denoised = np.asarray(model.predict_on_batch(noisy), np.float32)
        if not np.isfinite(denoised).all():
            raise Mistake(f"{path} gives values that are no numbers: its training diverged. Lower train.learning_rate.")
        return np.clip(denoised, 0, 1)

    return denoise


def _load(path: Path) -> keras.Model:
    if not path.is_file():
        raise Mistake(f"There is no model {path}. {_REBUILD}")
    try:
        with h5py.File(path) as file:
            if "model_config" not in file.attrs:
                raise Mistake(f"{path} is an HDF5 file, but holds no Keras model. {_REBUILD}")
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Mistake:
        raise
    except Exception as error:  # Keras and HDF5 raise many kinds for a damaged or foreign file
        reason = str(error).split("\n")[0]
        raise Mistake(f"{path} cannot be loaded as a Keras model of stock layers ({reason}). {_REBUILD}") from error


def _fits(shape: object, image_shape: tuple[int, ...]) -> bool:
    """Say whether a model's (None, H, W, C), whose None fits any size, fits the images."""
    return (
        isinstance(shape, tuple)
        and len(shape) == len(image_shape) + 1
        and all(size in (None, wanted) for size, wanted in zip(shape[1:], image_shape, strict=True))
    )
