import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from checkout import Checkout

from denoising.errors import DenoisingError
from stages.parameters import SECTIONS
from stages.parameters.base import document_errors, read_document
from tools.experiment import flatten, free_name, merged, read_experiment

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "experiments").glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_is_right_and_changes_something(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    document = read_document()
    changed = merged(document, read_experiment(name))
    assert document_errors(changed, SECTIONS) == []
    assert changed != document


def test_settings_replace_those_of_the_same_name_alone() -> None:
    document = {"train": {"epochs": 10, "seed": 1}, "plot": {"columns": 3}}
    settings = {"train": {"epochs": 1}}
    assert merged(document, settings) == {"train": {"epochs": 1, "seed": 1}, "plot": {"columns": 3}}
    assert list(flatten(settings)) == [("train.epochs", 1)]


def test_no_experiment_takes_the_name_of_another() -> None:
    assert free_name("fast", taken=[]) == "fast"
    assert free_name("fast", taken=["fast", "fast-2", "best"]) == "fast-3"


def test_an_unknown_experiment_is_told_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(DenoisingError, match=r"There is no experiment called 'fats'. Known are balanced, best, .* vae"):
        read_experiment("fats")


def test_an_experiment_is_handed_to_dvc_with_its_settings(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path)
    said = checkout.run(sys.executable, "-m", "tools.experiment", "fast", "--queue", "-S", "train.seed=2").stdout
    assert "Queued experiment 'fast'" in said
    assert "train.architecture=unet" in said
    assert "train.seed=2" in said


def test_a_mistyped_setting_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments/odd.yaml").write_text(yaml.safe_dump({"train": {"epohcs": 3}}))
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "tools.experiment", "odd"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "train.epohcs: unknown key; did you mean epochs?" in done.stderr
