from pathlib import Path

import numpy as np
import pytest

from denoising.backend import keras
from denoising.errors import DamagedFileError
from denoising.inference.classifier import load_classifier

SHAPE = (2, 2, 1)


def test_the_class_is_the_one_with_the_largest_output(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten()])  # the outputs are the pixels
    model.save(tmp_path / "model.h5", include_optimizer=False)
    images = np.zeros((3, *SHAPE), np.float32)
    images[[0, 1, 2], [1, 0, 0], [0, 1, 0]] = 1
    assert load_classifier(tmp_path / "model.h5", image_shape=SHAPE)(images).tolist() == [2, 1, 0]


def test_a_denoiser_is_no_classifier(saved: Path) -> None:
    with pytest.raises(DamagedFileError, match="is not a classifier"):
        load_classifier(saved, image_shape=(28, 28, 1))
