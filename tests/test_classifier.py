import json
from pathlib import Path

import numpy as np
import pytest

from stages.lib.backend import keras
from stages.lib.classify.network import classifier
from stages.lib.evaluate.provenance import describe_model
from stages.lib.evaluate.recognition import load_classifier
from stages.lib.failure import Mistake
from stages.lib.train.architectures.cae import cae
from stages.lib.train.architectures.size import Size

ROOT = Path(__file__).parent.parent
SHAPE = (28, 28, 1)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    classifier(SHAPE, classes=10).save(tmp_path / "classifier.h5", include_optimizer=False)
    return tmp_path / "classifier.h5"


def test_two_classifiers_built_in_one_process_are_the_same_file(tmp_path: Path) -> None:
    for name in ("one.h5", "two.h5"):
        keras.utils.set_random_seed(1)
        classifier(SHAPE, classes=10).save(tmp_path / name, include_optimizer=False)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


@pytest.mark.parametrize("shape", [(28, 28, 1), (30, 17, 3)])
def test_an_image_of_any_size_is_given_a_class(shape: tuple[int, ...], tmp_path: Path) -> None:
    classifier(shape, classes=4).save(tmp_path / "c.h5", include_optimizer=False)
    images = np.random.default_rng(1).random((5, *shape), np.float32)
    seen = load_classifier(tmp_path / "c.h5", image_shape=shape)(images)
    assert seen.shape == (5,)
    assert seen.max() < 4


def test_a_denoiser_is_no_classifier(tmp_path: Path) -> None:
    cae(SHAPE, Size(1, 1)).save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match="not a number for each class"):
        load_classifier(tmp_path / "model.h5", image_shape=SHAPE)


def test_the_size_and_the_parameters_of_a_model_are_told(saved: Path) -> None:
    found = describe_model(saved)
    assert found["bytes"] == saved.stat().st_size
    assert found["parameter_count"] == classifier(SHAPE, classes=10).count_params()


def test_the_committed_classifier_reads_99_percent_of_clean_mnist() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    assert metrics["dataset"] == "mnist"
    assert metrics["clean"]["recognised"] >= 0.99
