from pathlib import Path

import numpy as np
import pytest

from denoising.backend import keras
from denoising.classifier import build_classifier
from denoising.errors import DamagedFileError
from denoising.evaluation.provenance import describe_model
from denoising.inference.classifier import load_classifier
from denoising.models.registry import build_model

SHAPE = (28, 28, 1)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    build_classifier(SHAPE, classes=10).save(tmp_path / "classifier.h5", include_optimizer=False)
    return tmp_path / "classifier.h5"


def test_two_classifiers_built_in_one_process_have_identical_files(tmp_path: Path) -> None:
    for name in ("one.h5", "two.h5"):
        keras.utils.set_random_seed(1)
        build_classifier(SHAPE, classes=10).save(tmp_path / name, include_optimizer=False)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


@pytest.mark.parametrize("shape", [(28, 28, 1), (30, 17, 3)])
def test_images_of_any_size_are_classified(shape: tuple[int, ...], tmp_path: Path) -> None:
    build_classifier(shape, classes=4).save(tmp_path / "c.h5", include_optimizer=False)
    images = np.random.default_rng(1).random((5, *shape), np.float32)
    seen = load_classifier(tmp_path / "c.h5", image_shape=shape)(images)
    assert seen.shape == (5,)
    assert seen.max() < 4


def test_a_denoiser_is_not_accepted_as_a_classifier(tmp_path: Path) -> None:
    build_model("cae", SHAPE).save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(DamagedFileError, match="not one number per class"):
        load_classifier(tmp_path / "model.h5", image_shape=SHAPE)


def test_a_model_is_described_by_its_size_and_parameter_count(saved: Path) -> None:
    found = describe_model(saved)
    assert found["bytes"] == saved.stat().st_size
    assert found["parameter_count"] == build_classifier(SHAPE, classes=10).count_params()
