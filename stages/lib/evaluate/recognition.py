"""Asks the classifier which class an image shows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from stages.lib.evaluate.saved_model import REBUILD, load_model
from stages.lib.failure import Mistake
from stages.lib.images import Bytes, Images

Classifier = Callable[[Images], Bytes]


def load_classifier(path: Path, *, image_shape: tuple[int, ...]) -> Classifier:
    """Return a function from images (N, *image_shape) in [0, 1] to the class that each most resembles, (N,)."""
    model = load_model(path, image_shape=image_shape)
    if len(model.output_shape) != 2:
        raise Mistake(f"{path} gives {model.output_shape}, not a number for each class. {REBUILD}")

    def classify(images: Images) -> Bytes:
        return np.asarray(model.predict_on_batch(images)).argmax(axis=-1).astype(np.uint8)

    return classify
