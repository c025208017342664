"""The promises of `dvc repro`, kept in order by one small checkout on real digits."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from checkout import ROOT, Checkout, stages_run

from tools.deps import is_code

PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
ALL = ["index", "prepare", "train", "baselines", "classifier", "evaluate", "export", "plot", "report"]
FOLDERS = "prepare: {source: mnist, folder: {clean: data/images, noisy: data/noisy}}\n"
DENOISER = ["train", "evaluate", "export", "plot", "report"]  # what a changed denoiser reruns


pytestmark = pytest.mark.usefixtures("put_back")


def test_the_first_run_runs_every_stage(reproduced: Checkout) -> None:
    assert stages_run((reproduced.folder.parent / "reproduced.done").read_text()) == ALL


def test_a_second_run_does_nothing(pipeline: Checkout) -> None:
    assert stages_run(pipeline.dvc("repro")) == []


def test_every_figure_and_table_is_there(pipeline: Checkout) -> None:
    summary = json.loads(pipeline.read("reports/summary.json"))
    assert summary["dataset"] == "digits"
    assert summary["images"] == 359
    assert summary["noisy"]["psnr"] == pytest.approx(9.4, abs=0.3)
    figures = {path.stem for path in (pipeline.folder / "reports/figures").iterdir()}
    assert figures == {
        "original_and_noisy",
        "noisy_denoised_original",
        "training_curves",
        "psnr_distribution",
        "by_class",
        "best_median_worst",
        "methods",
        "methods_side_by_side",
        "noise_sweep",
        "noise_types",
        "confusion",
        "repaired_and_flipped",
    }
    assert len(pipeline.read("reports/evaluation/images.csv").splitlines()) == 360
    assert "epoch   1/1" in pipeline.read("logs/train.log")


def test_the_model_loads_with_stock_keras_elsewhere(pipeline: Checkout, tmp_path: Path) -> None:
    path = pipeline.folder / "models/denoiser.h5"
    code = f"import keras; print(keras.models.load_model({str(path)!r}, compile=False).name)"
    done = subprocess.run(
        ["python", "-c", code], cwd=tmp_path, env=pipeline.environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "cae", done.stderr


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("columns", "3", ALL[7:]),
        ("split", "validation", ["evaluate", "plot", "report"]),
        ("batch_size", "64", DENOISER),
    ],
)
def test_a_change_reruns_from_its_stage_on_and_going_back_computes_nothing(
    name: str, value: str, expected: list[str], pipeline: Checkout
) -> None:
    pipeline.set(name, value)
    assert stages_run(pipeline.dvc("repro")) == expected
    pipeline.run("git", "checkout", "--quiet", "params.yaml")
    assert stages_run(pipeline.dvc("repro")) == ["report"]  # in half a second: DVC keeps no cache of a page in Git
    assert pipeline.run("git", "diff", "--exit-code").returncode == 0


def test_an_experiment_with_other_noise_shows_in_every_metric(pipeline: Checkout) -> None:
    ran = stages_run(pipeline.dvc("exp", "run", "-S", "prepare.noise.factor=0.3"))
    assert ran == [stage for stage in ALL if stage not in ("index", "classifier")]  # it sees clean images only
    changes = json.loads(pipeline.dvc("metrics", "diff", "--json"))["reports/metrics.json"]
    changed = {name for name, change in changes.items() if change["old"] != change["new"]}
    for kind in ("noisy", "denoised"):
        assert {f"{kind}.{name}" for name in ("mse", "psnr", "ssim")} <= changed
    assert {"validation.psnr", "gain.psnr", "gain.ssim", "margin.psnr"} <= changed
    assert "clean.accuracy" not in changed


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KERAS_BACKEND", "torch"),
        ("MPLBACKEND", "module://matplotlib_inline.backend_inline"),
        ("PYTHONWARNINGS", "error"),
    ],
)
def test_a_variable_of_the_user_changes_nothing(
    variable: str, value: str, pipeline: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    for other in ("TF_ENABLE_ONEDNN_OPTS=0", "OMP_NUM_THREADS=1", "TF_NUM_INTRAOP_THREADS=1"):
        monkeypatch.setenv(*other.split("="))
    before = pipeline.lock()
    for stage in ("classifier", "evaluate", "plot") if variable == "KERAS_BACKEND" else ("plot",):
        pipeline.dvc("repro", "--force", "--single-item", stage)
    assert pipeline.lock() == before


def test_a_keras_settings_file_of_the_user_changes_nothing(
    pipeline: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"backend": "jax", "floatx": "float64", "image_data_format": "channels_first", "epsilon": 0.1}
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras/keras.json").write_text(json.dumps(settings))
    (tmp_path / "matplotlibrc").write_text("figure.facecolor: red\nsavefig.facecolor: red\nfont.size: 40\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    before = pipeline.lock()
    for stage in ("train", "plot"):
        pipeline.dvc("repro", "--force", "--single-item", stage)
    assert pipeline.lock() == before


def test_errors_in_the_parameters_cost_nothing(pipeline: Checkout) -> None:
    for name, value in (("epochs", "abc"), ("factor", "-1"), ("dpi", "many")):
        pipeline.set(name, value)
    done = pipeline.run("dvc", "repro")
    assert done.returncode != 0
    for line in ("prepare.noise.factor: -1", 'train.epochs: "abc"', 'plot.dpi: "many"'):
        assert line in done.stdout
    assert done.stdout.count("errors; nothing was computed") == 1
    assert "Traceback" not in done.stdout
    pipeline.run("git", "checkout", "--quiet", "params.yaml")
    assert stages_run(pipeline.dvc("repro")) == []


WATCHED = """
import runpy, sys
from pathlib import Path

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, Path)) and "w" not in str(arguments[1]):
        path = Path(arguments[0]).absolute()
        folders = ("benchmarks", "data", "models", "reports")
        if path.suffix and any(path.is_relative_to(Path.cwd() / folder) for folder in folders):
            names.add(str(path.relative_to(Path.cwd())))

names = set()
sys.addaudithook(watch)
try:
    runpy.run_module(f"stages.{sys.argv[1]}", run_name="__main__", alter_sys=True)
finally:
    print("READ", *names)
"""


@pytest.mark.parametrize("stage", ["baselines", "evaluate", "export", "plot", "report"])
def test_a_stage_reads_exactly_the_data_in_its_deps(stage: str, pipeline: Checkout) -> None:
    output = pipeline.run("python", "-c", WATCHED, stage).stdout
    read = {name for name in output.split("READ ")[1].split() if ".partial-" not in name}
    read |= {"models/denoiser.h5"} if stage == "export" else set()  # which HDF5 opens, unseen by Python
    deps = {name for name in PIPELINE["stages"][stage]["deps"] if not is_code(name)}
    assert {dep for dep in deps for name in read if name == dep or name.startswith(f"{dep}/")} == deps
    assert [name for name in read if name not in deps and not name.startswith(tuple(f"{dep}/" for dep in deps))] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Could not find 'prepare.folder.clean'"),  # DVC reads that one first: it is a dependency
        ("prepare: [", "params.yaml"),
        (f"{FOLDERS}train: 3\n", "train: 3 is not a section with the keys architecture"),
        (FOLDERS, "prepare.validation_fraction: missing; expected a number between 0 and 1"),
    ],
)
def test_a_broken_params_file_is_one_message(text: str, sentence: str, pipeline: Checkout) -> None:
    (pipeline.folder / "params.yaml").write_text(text)
    done = pipeline.run("dvc", "repro")
    assert done.returncode != 0
    assert sentence in done.stdout
    assert "Traceback" not in done.stdout


def test_what_is_damaged_is_named_by_the_stage_that_meets_it(pipeline: Checkout) -> None:
    model = pipeline.folder / "models/denoiser.h5"
    content = model.read_bytes()
    model.unlink()  # DVC may have linked it to its cache
    model.write_bytes(content[: len(content) // 2])
    done = pipeline.run("python", "-m", "stages.evaluate")
    assert done.returncode == 1
    assert "models/denoiser.h5 cannot be loaded as a Keras model" in done.stdout
    assert "Traceback" not in done.stdout
    model.unlink()
    assert "There is no file models/denoiser.h5" in pipeline.run("python", "-m", "stages.evaluate").stdout
    assert stages_run(pipeline.dvc("repro", "evaluate")) == []
    assert model.read_bytes() == content
