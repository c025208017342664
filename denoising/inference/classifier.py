"""Loads a saved classifier and applies it to images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from denoising.errors import DamagedFileError
from denoising.images import Bytes, Images
from denoising.inference.saved_model import load_model

Classify = Callable[[Images], Bytes]  # from images (N, H, W, C) in [0, 1] to classes (N,)


def load_classifier(path: Path, *, image_shape: tuple[int | None, ...]) -> Classify:
    """Return a function from images (N, *image_shape) in [0, 1] to the most likely class of each, (N,).

    Raises:
        DamagedFileError: when the file is missing, not a classifier, or made for other images.
    """
    model = load_model(path, image_shape=image_shape)
    if len(model.output_shape) != 2:
        raise DamagedFileError(
            f"{path} is not a classifier: it returns {model.output_shape}, not one number per class."
        )

    def classify(images: Images) -> Bytes:
        return np.asarray(model.predict_on_batch(images)).argmax(axis=-1).astype(np.uint8)

    return classify
