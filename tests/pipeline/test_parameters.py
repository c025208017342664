import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from denoising.errors import DenoisingError
from stages.parameters import SECTIONS
from stages.parameters.base import document_errors, read_document, read_section
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
    return document_errors(document, SECTIONS)


def test_the_committed_parameters_are_right() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("train.epochs", "abc", 'train.epochs: "abc" is not a whole number, at least 1'),
        ("train.epochs", 0, "train.epochs: 0 is not a whole number, at least 1"),
        ("train.epochs", 2.5, "train.epochs: 2.5 is not a whole number"),
        ("train.epochs", True, "train.epochs: true is not a whole number"),
        ("prepare.noise.factor", -1, "prepare.noise.factor: -1 is not a number from 0 to 10"),
        ("prepare.noise.factor", float("nan"), "prepare.noise.factor: NaN is not a number"),
        ("prepare.noise.factor", "nan", 'prepare.noise.factor: "nan" is not a number'),
        ("prepare.noise", 0.5, "prepare.noise: 0.5 is not a section with the keys kind, factor"),
        (
            "prepare.noise",
            {"kind": "salt_and_pepper", "factor": 1.5},
            'prepare.noise: {"kind": "salt_and_pepper", "factor": 1.5} is not a section with the keys kind, factor (of',
        ),
        ("prepare.noise.kind", "gauss", 'prepare.noise.kind: "gauss" is not one of gaussian, uniform'),
        (
            "baselines.methods",
            ["meduan"],
            'baselines.methods: "meduan" is not allowed in a list of at least one of median',
        ),
        (
            "baselines.levels",
            [0.5, 0.1],
            "baselines.levels: [0.5, 0.1] is not a list of at least two increasing numbers",
        ),
        ("prepare.source", "mnits", 'prepare.source: "mnits" is not one of mnist, fashion_mnist'),
        ("train.architecture", "unnet", 'train.architecture: "unnet" is not one of cae, deep_cae, vae, unet and dncnn'),
        ("train.threads", "some", 'train.threads: "some" is not the word all, or a whole number'),
        ("train.threads", 0, "train.threads: 0 is not the word all, or a whole number"),
        ("train.factors", [0.5, 0.1], "train.factors: [0.5, 0.1] is not the word prepared, or a list of the lowest"),
        ("train.factors", [-0.5, 0.1], "train.factors: [-0.5, 0.1] is not the word prepared, or a list of the lowest"),
        ("train.factors", [0.5, True], "train.factors: [0.5, true] is not the word prepared, or a list of the lowest"),
        ("train.factors", "all", 'train.factors: "all" is not the word prepared, or a list of the lowest'),
        ("train.epoch", 3, "train.epoch: unknown key; did you mean epochs?"),
        ("train.seed", None, "train.seed: missing; expected a whole number"),
        ("plot", None, "plot: missing; expected a section with the keys columns, dots_per_inch"),
        ("trian", {}, "trian: unknown section; did you mean train?"),
        ("train", [1], "train: [1] is not a section with the keys architecture"),
        ("train", b"bytes", "train: \"b'bytes'\" is not a section with the keys architecture"),
    ],
)
def test_an_error_is_named_with_its_path_its_value_and_what_would_be_right(path: str, value: Any, line: str) -> None:
    assert len(errors((path, value))) == 1
    assert errors((path, value))[0].startswith(line)


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
        ("1_000", "1_000"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        (".inf", float("inf")),
        ("~", None),
        ("", None),
    ],
)
def test_numbers_and_booleans_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    loaded = load_yaml(f"key: {text}", name="params.yaml")["key"]
    assert (loaded, type(loaded)) == (value, type(value))


def test_a_rate_that_dvc_wrote_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "params.yaml").write_text(RIGHT.replace("0.001", "1e-05"), encoding="utf-8")
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
