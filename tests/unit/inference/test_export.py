import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest

from denoising.backend import keras, tensorflow
from denoising.cli.main import run
from denoising.errors import DamagedFileError, DenoisingError
from denoising.images import Images
from denoising.inference.denoiser import load
from denoising.inference.export import CARD, export
from denoising.inference.networks import load_network
from denoising.models.registry import build_model

RANDOM = np.random.default_rng(1)
TOLERANCE = 1e-5  # of the sums of a network that are added in another order
TOLD = {"name": "test", "data": "none", "noise": "gaussian", "licence": "MIT", "range": "0 to 1", "version": "1"}
MODELS = {
    "cae": ("cae", (28, 28, 1)),
    "deep_cae": ("deep_cae", (28, 28, 1)),
    "vae": ("vae", (28, 28, 1)),
    "unet": ("unet", (28, 28, 1)),
    "dncnn": ("dncnn", (28, 28, 1)),
    "cae of any size": ("cae", (None, None, 1)),
    "drunet of any size": ("drunet", (None, None, 1)),
    "drunet for colour": ("drunet", (None, None, 3)),
}
every_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(scope="module", params=MODELS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a network whose weights are all random."""
    architecture, shape = MODELS[request.param]
    model = build_model(architecture, shape, filters=8, depth=2)
    for weight in model.weights:
        weight.assign(RANDOM.normal(0, 0.1, weight.shape))
    path = tmp_path_factory.mktemp("models") / "model.h5"
    model.save(path, include_optimizer=False)
    return path


def inputs(path: Path) -> tuple[keras.Model, list[Images]]:
    """Return a model, and images of which it takes several sizes and counts."""
    model = keras.models.load_model(path, compile=False)
    sizes = [(1, 28, 28), (3, 28, 28)] if model.input_shape[1] else [(1, 64, 64), (2, 40, 104)]
    return model, [RANDOM.random((*size, model.input_shape[-1]), np.float32) for size in sizes]


def test_onnx_gives_what_keras_gives(trained: Path, tmp_path: Path) -> None:
    export(trained, tmp_path / "model.onnx", to="onnx", metadata=TOLD)
    network = load_network(tmp_path / "model.onnx")
    model, stacks = inputs(trained)
    for noisy in stacks:
        np.testing.assert_allclose(network.apply(noisy), np.asarray(model(noisy)), atol=TOLERANCE)
    assert network.card.items() >= TOLD.items()
    assert network.parameter_count == model.count_params()
    assert network.image_shape == model.input_shape[1:]


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")  # 2026-11: for another package
def test_tensorflow_lite_gives_what_keras_gives(trained: Path, tmp_path: Path) -> None:
    export(trained, tmp_path / "model.tflite", to="tflite", metadata=TOLD)
    model, stacks = inputs(trained)
    interpreter = tensorflow.lite.Interpreter(str(tmp_path / "model.tflite"))
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    for noisy in stacks:
        interpreter.resize_tensor_input(source, noisy.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(source, noisy)
        interpreter.invoke()
        np.testing.assert_allclose(interpreter.get_tensor(target), np.asarray(model(noisy)), atol=TOLERANCE)
    with zipfile.ZipFile(tmp_path / "model.tflite") as archive:
        assert json.loads(archive.read(CARD)).items() >= TOLD.items()


def test_a_saved_model_gives_what_keras_gives(trained: Path, tmp_path: Path) -> None:
    export(trained, tmp_path / "model.savedmodel", to="savedmodel", metadata=TOLD)
    model, stacks = inputs(trained)
    loaded = tensorflow.saved_model.load(tmp_path / "model.savedmodel")
    for noisy in stacks:
        np.testing.assert_allclose(np.asarray(loaded.serve(noisy)), np.asarray(model(noisy)), atol=TOLERANCE)
    assert json.loads((tmp_path / "model.savedmodel/assets.extra" / CARD).read_text()).items() >= TOLD.items()


def test_a_denoiser_is_loaded_from_either_file(trained: Path, tmp_path: Path) -> None:
    export(trained, tmp_path / "model.onnx", to="onnx", metadata=TOLD)
    noisy = inputs(trained)[1][-1]
    np.testing.assert_allclose(load(tmp_path / "model.onnx")(noisy), load(trained)(noisy), atol=TOLERANCE)


def test_an_export_has_the_same_bytes_in_every_process(saved: Path, tmp_path: Path) -> None:
    for name in ("one.onnx", "two.onnx"):
        words = [sys.executable, "-m", "denoising", "export", str(saved), "--to", "onnx", "-o", str(tmp_path / name)]
        subprocess.run(words, check=True, capture_output=True)
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()


def test_an_export_replaces_neither_another_nor_its_model(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for other, sentence in ((saved, "is the model itself"), (saved.parent, "is a folder of something else")):
        assert run(["export", str(saved), "--to", "onnx", "-o", str(other), "--overwrite"]) == 1
        assert sentence in capsys.readouterr().err
    words = ["export", str(saved), "--to", "tflite"]
    assert run(words) == 0
    assert run(words) == 1
    assert "model.tflite is there already; --overwrite replaces it" in capsys.readouterr().err
    assert run([*words, "--overwrite"]) == 0
    with pytest.raises(DenoisingError, match="Unknown format 'gguf'"):
        export(saved, saved.with_suffix(".gguf"), to="gguf", metadata={})


def test_a_layer_that_is_used_twice_is_refused(tmp_path: Path) -> None:
    noisy, convolve = keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3, padding="same")
    keras.Model(noisy, convolve(convolve(noisy))).save(tmp_path / "model.h5")
    with pytest.raises(DenoisingError, match="used more than once"):
        export(tmp_path / "model.h5", tmp_path / "model.onnx", to="onnx", metadata=TOLD)


def test_a_sequential_model_and_a_sum_of_three_are_exported(tmp_path: Path) -> None:
    noisy = keras.Input((8, 8, 1))
    parts = [keras.layers.Conv2D(1, 3, padding="same", name=name)(noisy) for name in ("one", "two")]
    convolve = keras.layers.Conv2D(1, 3, padding="same", name="channels_first")
    for model in (
        keras.Sequential([keras.Input((8, 8, 1)), convolve]),
        keras.Model(noisy, keras.layers.Add(name="sum")([noisy, *parts])),
    ):
        model.save(tmp_path / "model.h5")
        export(tmp_path / "model.h5", tmp_path / "model.onnx", to="onnx", metadata=TOLD)
        images = RANDOM.random((2, 8, 8, 1), np.float32)
        denoised = load_network(tmp_path / "model.onnx").apply(images)
        np.testing.assert_allclose(denoised, np.asarray(model(images)), atol=TOLERANCE)


def test_a_layer_that_no_network_here_has_is_refused_by_its_name(tmp_path: Path) -> None:
    layers = keras.layers
    for layer, kind in (
        (layers.LeakyReLU(name="odd"), "LeakyReLU"),
        (layers.UpSampling2D(1, interpolation="bilinear", name="odd"), "UpSampling2D with bilinear as interpolation"),
        (layers.Conv2D(1, 3, padding="same", activation="tanh", name="odd"), "has the activation tanh"),
        (layers.BatchNormalization(scale=False, name="odd"), "with False as scale"),
        (layers.BatchNormalization(axis=1, name="odd"), "with 1 as axis"),
    ):
        noisy = keras.Input((8, 8, 1))
        keras.Model(noisy, layer(noisy)).save(tmp_path / "model.h5")
        with pytest.raises(DenoisingError, match=f"odd.*{kind}"):
            export(tmp_path / "model.h5", tmp_path / "model.onnx", to="onnx", metadata=TOLD)
        assert not (tmp_path / "model.onnx").exists()


def test_a_foreign_or_damaged_onnx_file_is_refused(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export(saved, path, to="onnx", metadata=TOLD)
    content = path.read_bytes()
    for wrong in (b"", b"hello", content[: len(content) // 2]):
        path.write_bytes(wrong)
        with pytest.raises(DamagedFileError, match=r"model\.onnx cannot be loaded|not a denoiser"):
            load(path)
    foreign = onnx.load_from_string(content)
    del foreign.metadata_props[:]
    path.write_bytes(foreign.SerializeToString())
    with pytest.raises(DamagedFileError, match="not a denoiser that this project exported"):
        load(path)
    for key, number in (
        ("stride", "²"),
        ("parameters", "9" * 5000),
        ("largest_sigma", "-1"),
        ("stride", "3"),
        ("reach", "99999"),
    ):
        onnx.helper.set_model_props(foreign, {"stride": "1", "reach": "1", "parameters": "1", key: number})
        path.write_bytes(foreign.SerializeToString())
        with pytest.raises(
            DamagedFileError, match="not a denoiser that this project exported|states a (stride of 3|reach of 99,999)"
        ):
            load(path)
    with pytest.raises(DamagedFileError, match="There is no file"):
        load(tmp_path / "nothing.onnx")


def test_an_onnx_file_opens_no_other_file(saved: Path, tmp_path: Path) -> None:
    export(saved, tmp_path / "model.onnx", to="onnx", metadata=TOLD)
    graph = onnx.load(tmp_path / "model.onnx")
    onnx.save(graph, tmp_path / "model.onnx", save_as_external_data=True, location="weights", size_threshold=0)
    assert (tmp_path / "weights").exists()
    with pytest.raises(DamagedFileError, match=r"model\.onnx cannot be loaded"):
        load(tmp_path / "model.onnx")
