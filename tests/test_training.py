import io
from pathlib import Path

import h5py
import numpy as np
import pytest

from stages.lib.backend import keras
from stages.lib.batches import Batches
from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import load_denoiser
from stages.lib.failure import Mistake
from stages.lib.machine import describe_machine
from stages.lib.train.architectures import ARCHITECTURES, cae
from stages.lib.train.diary import Diary, open_live
from stages.lib.train.parameters import TrainParameters
from stages.train import pairs_of

SHAPE = (28, 28, 1)
NOISY = np.random.default_rng(1).random((10, *SHAPE), np.float32)
SPLIT = Split(
    np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones(SHAPE, np.uint8), NOISY, np.zeros(10, np.uint8)
)


def test_the_reference_is_the_one_of_the_notebook() -> None:
    model = cae(SHAPE)
    assert model.count_params() == 12_193
    kinds = "Conv2D MaxPooling2D Conv2D MaxPooling2D Conv2D UpSampling2D Conv2D UpSampling2D Conv2D"
    assert " ".join(type(layer).__name__ for layer in model.layers) == kinds
    assert [layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D)] == [32, 16, 16, 32, 1]
    assert model.output_shape == (None, *SHAPE)


def test_the_parameters_know_exactly_the_architectures_there_are() -> None:
    assert set(TrainParameters.model_fields["architecture"].annotation.__args__) == set(ARCHITECTURES)  # type: ignore[union-attr]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_two_models_built_in_one_process_are_the_same_file(architecture: str, tmp_path: Path) -> None:
    for name in ("one.h5", "two.h5"):
        keras.utils.set_random_seed(1)
        ARCHITECTURES[architecture](SHAPE).save(tmp_path / name, include_optimizer=False)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_images_that_cannot_be_halved_twice_are_refused() -> None:
    with pytest.raises(Mistake, match="must be multiples of 4"):
        cae((30, 28, 1))


def test_an_epoch_meets_every_image_once_in_an_order_of_the_seed() -> None:
    def order(seed: int, epochs: int) -> list[int]:
        batches = Batches(pairs_of(SPLIT), count=10, batch_size=4, seed=seed)
        for _ in range(epochs):
            batches.on_epoch_end()
        pairs = [batches[number] for number in range(len(batches))]
        assert [len(noisy) for noisy, _ in pairs] == [4, 4, 2]
        return [round(float(image[0, 0, 0] * 255)) for _, clean in pairs for image in clean]

    assert sorted(order(1, 0)) == list(range(10))
    assert order(1, 0) == order(1, 0)
    assert len({tuple(order(1, 0)), tuple(order(1, 1)), tuple(order(2, 0)), tuple(range(10))}) == 4


def test_noisy_and_clean_images_stay_together_and_validation_keeps_its_order() -> None:
    noisy, clean = Batches(pairs_of(SPLIT), count=10, batch_size=10)[0]
    np.testing.assert_array_equal(noisy, NOISY)
    assert clean[:, 0, 0, 0] * 255 == pytest.approx(range(10))


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    with open_live(tmp_path) as live:
        diary = Diary(live=live, log=io.StringIO())
        diary.set_params({"epochs": 3, "steps": 1})
        diary.on_epoch_begin(0)
        with pytest.raises(Mistake, match=r"The loss became nan in epoch 1. Lower train.learning_rate."):
            diary.on_epoch_end(0, {"loss": float("nan")})


def test_the_machine_is_described_the_same_each_time() -> None:
    assert describe_machine() == describe_machine()
    assert "threads, " in describe_machine()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    cae(SHAPE).save(tmp_path / "model.h5", include_optimizer=False)
    return tmp_path / "model.h5"


def test_a_saved_denoiser_gives_images_within_range(saved: Path) -> None:
    denoised = load_denoiser(saved, image_shape=SHAPE)(NOISY)
    assert denoised.shape == NOISY.shape
    assert denoised.dtype == np.float32
    assert 0 <= denoised.min() <= denoised.max() <= 1


def test_a_denoiser_for_other_images_is_refused(saved: Path) -> None:
    with pytest.raises(Mistake, match=r"model.h5 takes images of shape \(28, 28, 1\), the data has \(32, 32, 3\)"):
        load_denoiser(saved, image_shape=(32, 32, 3))


def test_a_model_that_is_no_denoiser_is_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match=r"gives images of shape \(10,\)"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)


@pytest.mark.parametrize("kept", [0, 100, 3000, -1000])
def test_a_truncated_model_is_named(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(Mistake, match="model.h5 cannot be loaded as a Keras model of stock layers"):
        load_denoiser(saved, image_shape=SHAPE)


def test_a_missing_model_or_another_hdf5_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="There is no model"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)
    h5py.File(tmp_path / "model.h5", "w").close()
    with pytest.raises(Mistake, match="holds no Keras model"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)


def test_code_in_a_model_file_is_not_run(tmp_path: Path) -> None:
    trap = keras.layers.Lambda(lambda image: image)
    model = keras.Sequential([keras.Input(SHAPE), trap])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match="stock layers"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)


def test_a_diverged_model_is_told_as_such(tmp_path: Path) -> None:
    model = cae(SHAPE)
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(Mistake, match="its training diverged"):
        load_denoiser(tmp_path / "model.h5", image_shape=SHAPE)(NOISY)
