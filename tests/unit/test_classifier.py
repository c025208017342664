from pathlib import Path

import numpy as np
import pytest

from denoising.backend import keras
from denoising.classifier import build_classifier
from denoising.inference.classifier import load_classifier

SHAPE = (28, 28, 1)


def test_two_classifiers_built_in_one_process_have_identical_files(tmp_path: Path) -> None:
    for name in ("one.h5", "two.h5"):
        keras.utils.set_random_seed(1)
        build_classifier(SHAPE, classes=10).save(tmp_path / name, include_optimizer=False)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


@pytest.mark.parametrize("shape", [(28, 28, 1), (30, 17, 3)])
def test_a_classifier_can_be_built_for_images_of_every_size(shape: tuple[int, ...], tmp_path: Path) -> None:
    build_classifier(shape, classes=4).save(tmp_path / "c.h5", include_optimizer=False)
    images = np.random.default_rng(1).random((5, *shape), np.float32)
    seen = load_classifier(tmp_path / "c.h5", image_shape=shape)(images)
    assert seen.shape == (5,)
