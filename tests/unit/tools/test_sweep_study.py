import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from denoising.errors import DenoisingError
from tools.search_space import Sweep, own_point
from tools.sweep_results import require_success, summary
from tools.sweep_study import FOLDER, POINT, ask, counted, open_study

ROOT = Path(__file__).parents[3]
RATE = "train.learning_rate"
GRID: dict[str, Any] = {
    "trials": 12,
    "sampler": "grid",
    "search": {RATE: {"choices": [0.001, 0.002, 0.01, 0.02]}, "train.batch_size": {"choices": [32, 64, 128]}},
}
ASKING = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tools.search_space import Sweep
from tools.sweep_study import ask, open_study

sweep = Sweep.model_validate(json.loads(sys.argv[3]))
study = open_study("rate", sweep, sys.argv[2], commit="c" * 40, parameters={})
while trial := ask(study, sweep, json.loads(sys.argv[4])):
    study.tell(trial, 1.0)
"""


def test_a_sampler_that_starts_again_proposes_other_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate({"trials": 20, "search": {RATE: {"low": 0.001, "high": 0.1, "log": True}}})
    for _ in range(4):
        study = open_study("rate", sweep, "", commit="c" * 40, parameters={})
        for _ in range(3):
            trial = ask(study, sweep)
            assert trial
            study.tell(trial, 1.0)
    assert len({trial.params[RATE] for trial in study.trials}) == 12


def test_other_parameters_and_another_commit_begin_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate(GRID)
    names = {
        open_study("rate", sweep, "", commit=commit * 40, parameters={"epochs": epochs}).study_name
        for commit in "ab"
        for epochs in (1, 2)
    }
    assert len(names) == 4
    longer = Sweep.model_validate({**GRID, "trials": 100})
    assert open_study("rate", longer, "", commit="a" * 40, parameters={"epochs": 1}).study_name in names


def test_a_trial_of_another_machine_is_left_alone_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = Sweep.model_validate(GRID)
    shared = str(tmp_path / "shared.journal")
    study = open_study("rate", sweep, shared, commit="c" * 40, parameters={})
    trial = ask(study, sweep)
    assert trial
    trial.set_user_attr("machine", "another:/folder")
    study = open_study("rate", sweep, shared, commit="c" * 40, parameters={})
    with pytest.raises(DenoisingError, match="1 trials have not ended; they were started on another:/folder"):
        require_success(study)
    study = open_study("rate", sweep, shared, commit="c" * 40, parameters={}, take_over=True)
    require_success(study)
    again = ask(study, sweep)
    assert again
    assert again.params == trial.params


@pytest.mark.parametrize(
    ("rate", "space", "tried_first"),
    [
        (0.003, {"low": 0.001, "high": 0.1, "log": True}, True),
        (0.2, {"low": 0.001, "high": 0.1, "log": True}, False),
        (0.3, {"low": 0.1, "high": 0.9, "step": 0.2}, True),
        (0.4, {"low": 0.1, "high": 0.9, "step": 0.2}, False),
        (0.003, {"choices": [0.001, 0.003, 0.009]}, True),
        (0.002, {"choices": [0.001, 0.003, 0.009]}, False),
        ("0.003", {"low": 0.001, "high": 0.1, "log": True}, False),
        (True, {"low": 0, "high": 3}, False),
        (1.5, {"low": 0, "high": 3}, False),
        (11, {"low": 1, "high": 100_001, "step": 10}, True),
        (12, {"low": 1, "high": 100_001, "step": 10}, False),
        (True, {"choices": [1, 2]}, False),
    ],
)
def test_the_first_trial_has_the_values_of_the_experiment_where_they_are_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: Any, space: dict[str, Any], tried_first: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate({"trials": 3, "search": {RATE: space}})
    own = own_point({"train": {"learning_rate": rate}}, sweep)
    assert own == ({RATE: rate} if tried_first else None)
    study = open_study("rate", sweep, "", commit="c" * 40, parameters={})
    while trial := ask(study, sweep, own):
        study.tell(trial, 1.0)
    assert len(counted(study)) == 3
    assert any(line.startswith("| 0 (committed) | 1 |") for line in summary("rate", study, sweep, own)) == tried_first


def test_the_values_of_the_experiment_are_the_first_of_a_grid_and_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate(GRID)
    for values in (point.values() for point in sweep.points()):
        own = dict(zip(sweep.search, values, strict=True))
        study = open_study("rate", sweep, "", commit="c" * 40, parameters=own)
        while trial := ask(study, sweep, own):
            study.tell(trial, 1.0)
        tried = [tuple(of.params.items()) for of in counted(study)]
        assert study.trials[0].params == own
        assert len(tried) == len(set(tried)) == 12


OWN = {RATE: 0.01, "train.batch_size": 64}


def test_a_first_trial_that_is_interrupted_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate({**GRID, "sampler": "tpe", "trials": 2})
    for _ in range(2):  # it is asked for, and the sweep is killed
        study = open_study("rate", sweep, "", commit="c" * 40, parameters={})
        trial = ask(study, sweep, OWN)
        assert trial
        assert trial.params == OWN
    study = open_study("rate", sweep, "", commit="c" * 40, parameters={})
    while trial := ask(study, sweep, OWN):
        study.tell(trial, 1.0)
    assert [of.params == OWN for of in counted(study)] == [True, False]
    assert sum("(committed)" in line for line in summary("rate", study, sweep, OWN)) == 1


@pytest.mark.parametrize("sampler", ["grid", "tpe"])
def test_machines_that_ask_at_the_same_time_try_each_point_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sampler: str
) -> None:
    monkeypatch.chdir(tmp_path)
    search = {**GRID, "sampler": sampler}
    sweep = Sweep.model_validate(search)
    words = (ROOT, tmp_path / "shared.journal", json.dumps(search), json.dumps(OWN))
    command = [sys.executable, "-c", ASKING, *map(str, words)]
    folders = [tmp_path / str(number) for number in range(3)]  # of three clones
    for folder in folders:
        folder.mkdir()
    machines = [subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) for folder in folders]
    assert [machine.wait(120) for machine in machines] == [0] * 3
    study = open_study("rate", sweep, str(tmp_path / "shared.journal"), commit="c" * 40, parameters={})
    tried = [of.params for of in counted(study)]
    assert len(tried) == 12
    assert [of.user_attrs.get(POINT) for of in counted(study)].count(OWN) == 1
    assert sampler == "tpe" or len({tuple(point.items()) for point in tried}) == 12


def test_a_line_that_a_full_disk_has_cut_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate(GRID)
    assert ask(open_study("rate", sweep, "", commit="c" * 40, parameters={}), sweep)
    with (FOLDER / "rate.journal").open("a") as journal:
        journal.write('{"op_code": 4, "worker')
    for _ in range(3):
        assert ask(open_study("rate", sweep, "", commit="c" * 40, parameters={}), sweep)


def test_a_storage_that_cannot_be_used_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for storage in ("nonsense://host/name", str(tmp_path / "missing/shared.journal")):
        with pytest.raises(DenoisingError, match="cannot be used"):
            open_study("rate", Sweep.model_validate(GRID), storage, commit="c" * 40, parameters={})


@pytest.mark.parametrize("matters", [RATE, "train.batch_size"])
def test_the_importance_is_that_of_all_trials_not_of_the_best_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, matters: str
) -> None:
    """The other parameter decides between those whose first value is the same, such as the two best."""
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    search = {RATE: {"choices": [1, 2, 3]}, "train.batch_size": {"choices": [1, 2, 3]}}
    sweep = Sweep.model_validate({**GRID, "trials": 9, "search": search})
    study = open_study("rate", sweep, "", commit="c" * 40, parameters={})
    while trial := ask(study, sweep):
        study.tell(trial, sum(value * (10 if name == matters else 1) for name, value in trial.params.items()))
    *_, line = summary("rate", study, sweep)
    named, part = line.removeprefix("Importance: ").split(", ")[0].split(" ")
    assert (named, float(part) > 0.9) == (matters, True), line


def test_where_all_trials_are_equal_no_parameter_is_important(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate(GRID)
    study = open_study("rate", sweep, "", commit="c" * 40, parameters={})
    while trial := ask(study, sweep):
        study.tell(trial, 1.0)
    lines = list(summary("rate", study, sweep))
    assert len(lines) == 16
    assert not any("Importance" in line for line in lines)
