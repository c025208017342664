import resource
from pathlib import Path

import h5py
import pytest

from denoising.backend import keras
from denoising.errors import DamagedFileError
from denoising.inference.denoiser import load
from denoising.inference.saved_model import load_model

SHAPE = (28, 28, 1)


@pytest.mark.parametrize("kept", [0, 100, 3000, -1000])
def test_a_truncated_model_is_named(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(DamagedFileError, match="model.h5 cannot be loaded as a Keras model of stock layers"):
        load(saved)


def test_a_missing_model_or_another_hdf5_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="There is no file"):
        load(tmp_path / "model.h5")
    h5py.File(tmp_path / "model.h5", "w").close()
    with pytest.raises(DamagedFileError, match="contains no Keras model"):
        load(tmp_path / "model.h5")


def test_code_in_a_model_file_is_not_run(tmp_path: Path) -> None:
    trap = keras.layers.Lambda(lambda image: image)
    model = keras.Sequential([keras.Input(SHAPE), trap])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(DamagedFileError, match="stock layers"):
        load(tmp_path / "model.h5")


def test_a_model_for_other_images_is_refused(saved: Path) -> None:
    with pytest.raises(DamagedFileError, match=r"takes images of shape \(28, 28, 1\), the data has \(32, 32, 3\)"):
        load_model(saved, image_shape=(32, 32, 3))


def test_a_file_that_claims_to_hold_more_than_it_does_is_refused(saved: Path) -> None:
    with h5py.File(saved, "a") as file:
        file.create_dataset("zeros", (10**9,), "f4", chunks=(10**6,), compression="gzip")
    with pytest.raises(DamagedFileError, match="more than fit into its size"):
        load(saved)


def test_a_description_of_a_huge_model_takes_no_memory(saved: Path) -> None:
    with h5py.File(saved, "a") as file:
        config = file.attrs["model_config"]
        assert '"filters": 16' in config
        file.attrs["model_config"] = config.replace('"filters": 16', '"filters": 200000000')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DamagedFileError, match="describes a model of .* weights, but holds 12,193"):
        load(saved)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


def test_a_layer_that_enlarges_images_without_bound_is_refused(tmp_path: Path) -> None:
    layers = keras.layers
    model = keras.Sequential([keras.Input(SHAPE), layers.UpSampling2D(1000), layers.AveragePooling2D(1000)])
    model.save(tmp_path / "model.h5", include_optimizer=False)
    with pytest.raises(DamagedFileError, match="a layer of .* values for one image"):
        load(tmp_path / "model.h5")
