import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from denoising.errors import DenoisingError
from stages.parameters.document import document_errors, read_document, read_section
from stages.parameters.prepare import PrepareParameters
from stages.parameters.train import TrainParameters
from stages.parameters.yaml12 import load_yaml

ROOT = Path(__file__).parents[2]
RIGHT = (ROOT / "params.yaml").read_text(encoding="utf-8")


def errors(*changes: tuple[str, Any]) -> list[str]:
    """Return what is said of the committed parameters after changes such as ("train.epochs", 0)."""
    document = load_yaml(RIGHT, name="params.yaml")
    for path, value in changes:
        *parents, key = path.split(".")
        holder = document
        for parent in parents:
            holder = holder[parent]
        if value is None:
            del holder[key]
        else:
            holder[key] = value
    return document_errors(document)


def test_the_committed_parameters_are_right() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("train.epochs", "abc", 'train.epochs: "abc" is not a whole number from 1 to 100000'),
        ("train.epochs", 0, "train.epochs: 0 is not a whole number from 1"),
        ("train.epochs", 2.5, "train.epochs: 2.5 is not a whole number"),
        ("train.epochs", True, "train.epochs: true is not a whole number"),
        ("prepare.noise.factor", -1, "prepare.noise.factor: -1 is not a number from 0 to 10, or a fraction"),
        ("prepare.noise.factor", float("nan"), "prepare.noise.factor: NaN is not a number"),
        ("prepare.noise.factor", "nan", 'prepare.noise.factor: "nan" is not a number'),
        ("prepare.noise.factor", "25/0", 'prepare.noise.factor: "25/0" is not a number'),
        ("prepare.noise", 0.5, "prepare.noise: 0.5 is not a section with the keys kind"),
        ("prepare.noise.factro", 0.5, "prepare.noise.factro: unknown key; did you mean factor?"),
        (
            "prepare.noise",
            {"kind": "salt_and_pepper", "factor": 1.5, "clip": True},
            "prepare.noise.factor: 1.5 is not a fraction of the pixels, at most 1",
        ),
        ("prepare.noise.kind", "gauss", 'prepare.noise.kind: "gauss" is not one of gaussian, uniform'),
        (
            "baselines.methods",
            ["meduan"],
            'baselines.methods: "meduan" is not allowed in a list of at least 1 of median',
        ),
        ("baselines.methods", ["median", "median"], "baselines.methods: "),
        (
            "baselines.factors",
            [0.5, 0.1],
            "baselines.factors: [0.5, 0.1] is not a list of at least 2 increasing numbers",
        ),
        ("baselines.factor_images", 2000, "baselines.factor_images: 2000 is more than the 1000 of baselines.images"),
        ("baselines.factor_tuning_images", 200, "baselines.factor_tuning_images: 200 is more than the 100"),
        ("prepare.source", "mnits", 'prepare.source: "mnits" is not one of mnist, fashion_mnist'),
        (
            "train.architecture",
            "unnet",
            'train.architecture: "unnet" is not one of cae, deep_cae, vae, unet, dncnn and drunet',
        ),
        (
            "train.filters",
            16,
            "train.filters: cae has no such setting, only deep_cae, vae, unet, dncnn and drunet; remove it",
        ),
        ("train.depth", 2, "train.depth: cae has no such setting"),
        ("train.kl_weight", 2, "train.kl_weight: cae has no such setting, only vae; remove it"),
        ("train.weight_decay", 0.1, "train.weight_decay: adam has no such setting, only adamw and muon; remove it"),
        (
            "train.warmup_fraction",
            0.1,
            "train.warmup_fraction: constant has no such setting, only cosine and one_cycle",
        ),
        (
            "train.noise_factor_range",
            [0.1, 0.5],
            "train.noise_factor_range: stored has no such setting, only per_epoch",
        ),
        ("train.optimizer", "adamw", "train.weight_decay: missing; expected a number from 0 to 1"),
        ("compute.threads", "some", 'compute.threads: "some" is not the word all, or a whole number'),
        ("compute.threads", 0, "compute.threads: 0 is not the word all, or a whole number"),
        ("train.epoch", 3, "train.epoch: unknown key; did you mean epochs?"),
        ("train.seed", None, "train.seed: missing; expected a whole number"),
        ("plot", None, "plot: missing; expected a section with the keys columns, dpi"),
        ("trian", {}, "trian: unknown section; did you mean train?"),
        ("train", [1], "train: [1] is not a section with the keys architecture"),
        ("train", b"bytes", "train: \"b'bytes'\" is not a section with the keys architecture"),
    ],
)
def test_an_error_is_named_with_its_path_its_value_and_what_would_be_right(path: str, value: Any, line: str) -> None:
    assert len(errors((path, value))) == 1
    assert errors((path, value))[0].startswith(line)


PER_EPOCH = {**load_yaml(RIGHT, name="params.yaml")["train"], "noise_sampling": "per_epoch"}


@pytest.mark.parametrize("value", [[0.5, 0.1], [-0.5, 0.1], [0.5, True], [0.1], "all"])
def test_a_range_of_noise_factors_has_two_ends_in_order(value: Any) -> None:
    (line,) = errors(("train", {**PER_EPOCH, "noise_factor_range": value}))
    assert line.startswith("train.noise_factor_range: ")
    assert "is not the word prepared, or a list of the lowest and the highest" in line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"lr_schedule": "one_cycle", "warmup_fraction": 0.95},
            "train.warmup_fraction: 0.95 is not a number from 0 to 0.8",
        ),
        ({"architecture": "dncnn", "filters": 8, "depth": 5}, 'train.loss: "binary_crossentropy" is not one of mean_'),
        (
            {"architecture": "dncnn", "filters": 8, "depth": 1, "loss": "mean_squared_error"},
            "train.depth: 1 is not a whole number from 2",
        ),
    ],
)
def test_a_setting_is_held_to_the_choice_that_it_belongs_to(changes: dict[str, Any], line: str) -> None:
    train = load_yaml(RIGHT, name="params.yaml")["train"]
    assert [error[: len(line)] for error in errors(("train", {**train, **changes}))] == [line]


def test_salt_and_pepper_is_a_fraction_wherever_a_factor_stands() -> None:
    noise = {"kind": "salt_and_pepper", "factor": 0.2, "clip": True}
    train = {**PER_EPOCH, "noise_factor_range": [0.1, 1.5]}
    lines = errors(("prepare.noise", noise), ("train", train), ("baselines.factors", [0.5, 1.2]))
    assert [line.split(":")[0] for line in lines] == ["train.noise_factor_range", "baselines.factors"]


def test_a_noise_factor_may_be_written_as_a_fraction() -> None:
    document = load_yaml(RIGHT.replace("factor: 0.5", "factor: 25/255"), name="params.yaml")
    assert PrepareParameters.read(document["prepare"]).noise.settings("kind")["factor"] == 25 / 255


def test_the_settings_of_a_choice_are_those_that_belong_to_it() -> None:
    train = {**PER_EPOCH, "noise_factor_range": "prepared", "architecture": "vae", "filters": 8, "depth": 1}
    parameters = TrainParameters.read({**train, "kl_weight": 0.5})
    assert parameters.settings("architecture") == {"filters": 8, "depth": 1, "kl_weight": 0.5}
    assert parameters.settings("optimizer") == {}
    assert parameters.settings("noise_sampling") == {"noise_factor_range": "prepared"}
    assert parameters.model_dump().keys() == {*train, "kl_weight"}


def test_all_errors_of_all_sections_are_named_at_once() -> None:
    lines = errors(("prepare.noise.factor", -1), ("train.epochs", "abc"), ("plot.colums", 3))
    assert [line.split(":")[0] for line in lines] == ["prepare.noise.factor", "train.epochs", "plot.colums"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-05", 1e-05),
        ("1E5", 1e5),
        ("-.5", -0.5),
        ("010", 10),
        ("0o10", 8),
        ("0x10", 16),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("25/255", "25/255"),
        ("2nd", "2nd"),
        (".inf", float("inf")),
        ("~", None),
        ("", None),
    ],
)
def test_numbers_and_booleans_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    loaded = load_yaml(f"key: {text}", name="params.yaml")["key"]
    assert (loaded, type(loaded)) == (value, type(value))


def test_a_rate_that_dvc_wrote_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "params.yaml").write_text(RIGHT.replace("0.001 ", "1e-05 "), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_section("train", TrainParameters).learning_rate == 1e-05


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "params.yaml contains no sections"),
        ("- 1\n", "params.yaml contains no sections"),
        ("train: [", "params.yaml, line 1"),
        ("train: {1: 2}\n", "a key that is not a string"),
        ("train: {~: 2}\n", "a key that is not a string"),
        ("train: " + "[" * 3000, "is not valid YAML"),
        ("train: " + "9" * 5000, "is not valid YAML"),
        ("train: !!int abc\n", "is not valid YAML"),
        ("train:\n  seed: 1\n  seed: 2\n", "params.yaml, line 3, column 3 .* the key seed occurs twice"),
        ("%YAML 1.1\n---\ntrain: 0123\n", "a line that begins with %"),
        ("train: 1_000\n", "line 1, column 8 is not valid YAML: 1_000 can be read in two ways"),
        ("train: 2026-01-01\n", "2026-01-01 can be read in two ways"),
        ("train: &a {seed: 1}\nplot:\n  <<: *a\n", "a merge key"),
        ("train: !!python/object/apply:os.system [true]\n", "could not determine a constructor"),
    ],
)
def test_a_file_that_is_no_set_of_sections_is_refused(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DenoisingError, match=sentence):
        read_document()


def test_a_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "params.yaml").write_bytes(RIGHT.encode().replace(b"# ", b"# \xe9 ", 2))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DenoisingError, match=r"^params.yaml, line 1: byte 0xe9 is not UTF-8.$"):
        read_document()


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DenoisingError, match="There is no params.yaml here"):
        read_document()


def test_the_check_ends_with_one_message_and_a_status(tmp_path: Path) -> None:
    document = yaml.safe_load(RIGHT)
    document["train"]["epochs"], document["plot"]["columns"] = "abc", 0
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    command = [sys.executable, "-m", "stages.prepare"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "2 errors; nothing was computed" in done.stderr
    assert "Traceback" not in done.stderr
