"""Loads a saved denoiser, without the code that built it, and applies it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from stages.lib.evaluate.quicker import quicker
from stages.lib.evaluate.saved_model import REBUILD, fits, load_model
from stages.lib.failure import Mistake
from stages.lib.images import Images

Denoiser = Callable[[Images], Images]


def load_denoiser(path: Path, *, image_shape: tuple[int, ...]) -> Denoiser:
    """Return a function from noisy to denoised images (N, *image_shape), clipped to [0, 1].

    Raises:
        Mistake: when the file is missing, no model, made of more than stock layers, or made for other images; and,
            from the function, when the model's output is not finite.
    """
    model = load_model(path, image_shape=image_shape)
    if not fits(model.output_shape, image_shape):
        raise Mistake(f"{path} gives images of shape {model.output_shape[1:]}, the data has {image_shape}. {REBUILD}")

    model = quicker(model)

    def denoise(noisy: Images) -> Images:
        denoised = np.asarray(model.predict_on_batch(noisy), np.float32)
        if not np.isfinite(denoised).all():
            raise Mistake(f"{path} gives values that are no numbers: its training diverged. Lower train.learning_rate.")
        return np.clip(denoised, 0, 1)

    return denoise
