import shutil
import sys
from itertools import permutations
from pathlib import Path

import pytest
import yaml
from checkout import Checkout
from dvc.utils.hydra import apply_overrides

from denoising.errors import DenoisingError
from stages.parameters.document import document_errors, read_document
from tools.experiment import changes, flatten, free_name, read_experiment

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "experiments").glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_is_complete_and_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    document = read_document()
    changed = {**document, **read_experiment(name)}
    assert document_errors(changed) == []
    assert (changed == document) == (name == "cae")


def test_the_changes_lead_from_any_parameters_to_those_of_an_experiment() -> None:
    current = {"train": {"epochs": 10, "seed": 1, "factors": [0.1, 0.5]}, "plot": {"columns": 3}}
    target = {"train": {"epochs": 1, "depth": 2, "factors": [0.1, 0.7]}, "plot": {"columns": 3}}
    words = ["~train.seed", "train.epochs=1", "+train.depth=2", "train.factors=[0.1,0.7]"]
    assert sorted(changes(current, target)[1::2]) == sorted(words)
    assert list(flatten({"a": {"b": 1}})) == [("a.b", 1)]
    assert changes(target, target) == []


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


def settings_after(folder: Path, *names: str) -> object:
    """Return the parameters after named experiments, one after another, as DVC writes them into params.yaml."""
    path, committed = folder / "params.yaml", yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    shutil.copy(ROOT / "params.yaml", path)
    for name in names:
        target = {**committed, **read_experiment(name, folder=ROOT / "experiments")}
        apply_overrides(path, changes(yaml.safe_load(path.read_text(encoding="utf-8")), target)[1::2])
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_an_experiment_is_the_same_whatever_was_run_before(tmp_path: Path) -> None:
    alone = {name: settings_after(tmp_path, name) for name in NAMES}
    assert len({str(found) for found in alone.values()}) == len(NAMES)
    for first, second in permutations(NAMES, 2):
        assert settings_after(tmp_path, first, second) == alone[second], (first, second)


@pytest.mark.slow
def test_an_experiment_run_by_dvc_uses_neither_an_earlier_one_nor_what_is_not_committed(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path)
    (checkout.folder / "dvc.yaml").write_text("stages:\n  nothing:\n    cmd: 'true'\n    params: [train, plot]\n")
    checkout.commit("Compute nothing")
    expected = yaml.safe_load(checkout.read("params.yaml")) | read_experiment("vae", folder=ROOT / "experiments")
    assert checkout.run(sys.executable, "-m", "tools.experiment", "fast").returncode == 0
    checkout.set("columns", "7")
    done = checkout.run(sys.executable, "-m", "tools.experiment", "vae")
    assert "Not used: plot.columns. Pass them as options, such as -S plot.columns=7" in done.stdout
    assert yaml.safe_load(checkout.read("params.yaml")) == expected


def test_a_mistyped_setting_costs_nothing(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path)
    (tmp_path / "experiments/odd.yaml").write_text(yaml.safe_dump({"train": {"epohcs": 3}}))
    done = checkout.run(sys.executable, "-m", "tools.experiment", "odd")
    assert done.returncode == 1
    assert "train.epohcs: unknown key; did you mean epochs?" in done.stdout
