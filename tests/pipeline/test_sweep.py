"""`make sweep`: real DVC experiments of a stage that takes little time, interrupted and failing."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from checkout import Checkout

from denoising.errors import DenoisingError
from tools.search_space import Sweep, own_point, read_sweep, require_valid, with_values
from tools.sweep_results import require_success, summary
from tools.sweep_study import FOLDER, ask, counted, open_study

RATE = "train.learning_rate"
ROOT = Path(__file__).parents[2]
PIPELINE = """
stages:
  train:
    cmd: python one.py
    params: [train]
    outs:
      - reports/training/summary.json  # which is in DVC's cache, not in Git, as in the real pipeline
    metrics:
      - reports/training/plots/metrics/validation/psnr.tsv: {cache: false}
"""
STAGE = """
import json, pathlib, sys, time, yaml
train = yaml.safe_load(open("params.yaml"))["train"]
if train["batch_size"] == 77:
    sys.exit("Batches of 77 are not for us.")
history = pathlib.Path("reports/training/plots/metrics/validation/psnr.tsv")
history.parent.mkdir(parents=True, exist_ok=True)
psnr = 20 - abs(train["learning_rate"] - 0.01) * 100 - train["batch_size"] / 1000
for epoch in range(1, 4):
    time.sleep(0.4)
    lines = [f"{step}\\t{psnr - 3 + step}\\n" for step in range(1, epoch + 1)]
    history.write_text("step\\tpsnr\\n" + "".join(lines))
pathlib.Path("reports/training/summary.json").write_text(json.dumps({"validation": {"psnr": psnr}}))
"""
ASKING = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tools.search_space import Sweep
from tools.sweep_study import ask, open_study

sweep = Sweep.model_validate(json.loads(sys.argv[3]))
study = open_study("rate", sweep, sys.argv[2], commit="c" * 40, parameters={})
while trial := ask(study, sweep):
    study.tell(trial, 1.0)
"""
SEARCH: dict[str, Any] = {
    "trials": 12,
    "at_once": 2,
    "sampler": "grid",
    "stop_early": False,
    "search": {
        "train.learning_rate": {"choices": [0.001, 0.002, 0.01, 0.02]},
        "train.batch_size": {"choices": [32, 64, 77]},
    },
}


FIXED = {
    "trials": 2,
    "at_once": 1,
    "sampler": "grid",
    "stop_early": False,
    "fixed": {"train.batch_size": 32, "compute.threads": 1},
    "search": {"train.learning_rate": {"choices": [0.001, 0.011]}},
}


def checkout_with(folder: Path, search: dict[str, Any]) -> Checkout:
    checkout = Checkout.create(folder, epochs="3")
    (folder / "dvc.yaml").write_text(PIPELINE)
    (folder / "one.py").write_text(STAGE)
    (folder / "sweeps").mkdir(exist_ok=True)
    (folder / "sweeps/rate.yaml").write_text(yaml.safe_dump(search, sort_keys=False))
    checkout.commit("A stage that takes little time")
    return checkout


@pytest.mark.slow
def test_a_sweep_that_is_interrupted_goes_on_accounts_for_all_trials_and_tells_of_failures(tmp_path: Path) -> None:
    checkout = checkout_with(tmp_path, SEARCH)
    command = (sys.executable, "-m", "tools.sweep", "rate")
    for number, how in ((3, signal.SIGKILL), (6, signal.SIGINT)):
        process = subprocess.Popen(command, cwd=tmp_path, env=checkout.environment, start_new_session=True)
        until = time.monotonic() + 120
        while checkout.dvc("exp", "list", "--name-only").count("rate-trial-") < number:
            assert process.poll() is None
            assert time.monotonic() < until
        process.send_signal(how)
        process.wait(60)
    done = checkout.run(*command)
    assert done.returncode == 1
    table = [line for line in done.stdout.splitlines() if line.startswith("| ") and "| trial |" not in line]
    assert len(table) == 12, done.stdout
    settings = {tuple(line.split(" | ")[-2:]) for line in table}
    assert len(settings) == 12
    assert sum("| failed |" in line for line in table) == 4
    assert done.stdout.count("Batches of 77 are not for us.") >= 4
    assert "| 19.968 | 0.01 | 32 |" in table[0]
    assert "(committed)" not in done.stdout  # its 0.001 is searched, its batches of 128 are not
    assert "Importance: train." in done.stdout
    assert not list(tmp_path.glob(".dvc/tmp/exps/*"))
    best = yaml.safe_load((tmp_path / "experiments/rate-best.yaml").read_text())
    assert (best["train"]["learning_rate"], best["train"]["batch_size"]) == (0.01, 32)
    listed = checkout.dvc("exp", "list", "--name-only").split()
    assert sum(name.startswith("rate-trial-") for name in listed) >= 8
    again = checkout.run(*command)
    assert again.stdout.count("| failed |") == 4
    assert "rate-trial-" not in again.stdout.split("| trial |")[0]  # nothing was run
    run = checkout.run(sys.executable, "-m", "tools.experiment", "rate-best")
    assert run.returncode == 0, run.stdout
    assert '"psnr": 19.968' in checkout.read("reports/training/summary.json")


@pytest.mark.slow
def test_a_poor_trial_is_stopped_early_and_leaves_no_experiment(tmp_path: Path) -> None:
    rates = [0.01, 0.011, 0.012, 0.013, 0.5]
    search = {**SEARCH, "trials": 5, "at_once": 1, "stop_early": True, "search": {RATE: {"choices": rates}}}
    last = next(seed for seed in range(100) if order(rates, seed)[-1] == 0.5)
    checkout = checkout_with(tmp_path, {**search, "seed": last})
    done = checkout.run(sys.executable, "-m", "tools.sweep", "rate")
    assert done.returncode == 0, done.stdout
    assert "| 4 | stopped early | 0.5 |" in done.stdout
    assert "rate-trial-4" not in checkout.dvc("exp", "list", "--name-only")


@pytest.mark.slow
def test_what_is_fixed_is_in_the_trials_and_not_in_the_result(tmp_path: Path) -> None:
    checkout = checkout_with(tmp_path, FIXED)
    done = checkout.run(sys.executable, "-m", "tools.sweep", "rate")
    assert done.returncode == 0, done.stdout
    assert "| 0 (committed) | 19.068 | 0.001 |" in done.stdout
    assert "| 1 | 19.868 | 0.011 |" in done.stdout
    text = (tmp_path / "experiments/rate-best.yaml").read_text()
    assert "the best of 2 trials, train.batch_size=32, compute.threads=1." in text
    best = yaml.safe_load(text)
    assert best.keys() == {"train"}
    assert (best["train"]["learning_rate"], best["train"]["batch_size"]) == (0.011, 128)


def order(values: list[float], seed: int) -> list[float]:
    """Return the values in the order in which a grid tries them."""
    ordered = [{RATE: value} for value in values]
    random.Random(seed).shuffle(ordered)
    return [of[RATE] for of in ordered]


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
    sweep = Sweep.model_validate(SEARCH)
    names = {
        open_study("rate", sweep, "", commit=commit * 40, parameters={"epochs": epochs}).study_name
        for commit in "ab"
        for epochs in (1, 2)
    }
    assert len(names) == 4
    longer = Sweep.model_validate({**SEARCH, "trials": 100})
    assert open_study("rate", longer, "", commit="a" * 40, parameters={"epochs": 1}).study_name in names


def test_a_trial_of_another_machine_is_left_alone_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = Sweep.model_validate(SEARCH)
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
    assert any(line.startswith("| 0 (committed) | 1 |") for line in summary(study, sweep, own)) == tried_first


def test_the_values_of_the_experiment_are_the_first_of_a_grid_and_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate(SEARCH)
    for values in (point.values() for point in sweep.points()):
        own = dict(zip(sweep.search, values, strict=True))
        study = open_study("rate", sweep, "", commit="c" * 40, parameters=own)
        while trial := ask(study, sweep, own):
            study.tell(trial, 1.0)
        tried = [tuple(of.params.items()) for of in counted(study)]
        assert study.trials[0].params == own
        assert len(tried) == len(set(tried)) == 12


def test_machines_that_ask_at_the_same_time_try_each_point_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = Sweep.model_validate(SEARCH)
    command = [sys.executable, "-c", ASKING, str(ROOT), str(tmp_path / "shared.journal"), json.dumps(SEARCH)]
    folders = [tmp_path / str(number) for number in range(3)]  # of three clones
    for folder in folders:
        folder.mkdir()
    machines = [subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) for folder in folders]
    assert [machine.wait(120) for machine in machines] == [0] * 3
    study = open_study("rate", sweep, str(tmp_path / "shared.journal"), commit="c" * 40, parameters={})
    tried = [tuple(sorted(of.params.items())) for of in counted(study)]
    assert len(tried) == len(set(tried)) == 12


def test_a_line_that_a_full_disk_has_cut_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    sweep = Sweep.model_validate(SEARCH)
    assert ask(open_study("rate", sweep, "", commit="c" * 40, parameters={}), sweep)
    with (FOLDER / "rate.journal").open("a") as journal:
        journal.write('{"op_code": 4, "worker')
    for _ in range(3):
        assert ask(open_study("rate", sweep, "", commit="c" * 40, parameters={}), sweep)


@pytest.mark.slow
def test_a_fault_of_the_machine_ends_the_sweep_and_fails_no_trial(tmp_path: Path) -> None:
    checkout = checkout_with(tmp_path, {**SEARCH, "trials": 2, "at_once": 1})
    (tmp_path / "one.py").write_text("import sys; sys.exit('System error: No space left on device.')")
    checkout.commit("A full disk")
    done = checkout.run(sys.executable, "-m", "tools.sweep", "rate")
    assert done.returncode == 1
    assert "System error: No space left on device." in done.stdout
    assert "failed" not in done.stdout.split("ERROR")[0].replace("failed to reproduce", "")
    again = checkout.run(sys.executable, "-m", "tools.sweep", "rate").stdout
    (first,), (second,) = (
        re.findall(r"^rate-trial-\d: (train.*)", said, re.MULTILINE) for said in (done.stdout, again)
    )
    assert first == second  # the same point


def test_a_training_on_several_machines_is_no_trial(tmp_path: Path) -> None:
    checkout = checkout_with(tmp_path, SEARCH)
    for tool in ("tools.sweep", "tools.seeds"):
        done = checkout.run("env", "TF_CONFIG={}", sys.executable, "-m", tool, "rate")
        assert done.returncode == 1
        assert "TF_CONFIG is set" in done.stdout


def test_a_storage_that_cannot_be_used_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for storage in ("nonsense://host/name", str(tmp_path / "missing/shared.journal")):
        with pytest.raises(DenoisingError, match="cannot be used"):
            open_study("rate", Sweep.model_validate(SEARCH), storage, commit="c" * 40, parameters={})


def test_the_sweeps_that_come_with_the_project_can_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for path in Path("sweeps").glob("*.yaml"):
        sweep = read_sweep(path.stem)
        base = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
        experiment = yaml.safe_load(Path(f"experiments/{sweep.experiment}.yaml").read_text(encoding="utf-8"))
        require_valid({**base, **experiment}, sweep)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "denoised.psnr"}, "metric: input should be 'validation.psnr'"),
        ({"trails": 3}, "trails: extra inputs are not permitted"),
        ({"search": {}}, "search: dictionary should have at least 1 item"),
        ({"search": {RATE: {"low": 5, "high": 1}}}, f"search.{RATE}: low should be less than high"),
        ({"search": {RATE: {"low": "0.1", "high": 1}}}, f"search.{RATE}.low: expected a number"),
        ({"search": {RATE: [0.1, 0.2]}}, f"search.{RATE}: expected low and high, or choices"),
        ({"search": {RATE: {"choices": [0.1, 0.1]}}}, "the same choice is there twice"),
        ({"search": {RATE: {"choices": [[0.1]]}}}, "expected a number, a word, true or false"),
        ({"search": {RATE: {"low": 1, "high": 9, "step": 0}}}, "step should be a positive number"),
        ({"search": {RATE: {"low": 1, "high": 9, "step": 2.5}}}, "step should be a positive number, whole"),
        ({"search": {RATE: {"low": 0.1, "high": 0.9, "step": 0.3}}}, "step should lead from low to high"),
        ({"search": {RATE: {"low": 0.1, "high": 0.9, "step": 0.1, "log": True}}}, "a logarithmic range"),
        ({"search": {RATE: {"low": 1, "high": 10**9}}}, "a grid has 10,000 points or fewer"),
        ({"search": {RATE: {"low": 5}}}, "expected low and high, or choices"),
        ({"search": {RATE: {"low": 1, "high": 2, "choices": [3]}}}, "choices are a list of values, without low"),
        ({"search": {RATE: {"low": 0.1, "high": 0.2}}}, "a grid needs choices"),
        ({"search": {RATE: {"low": 0, "high": 0.2, "log": True}}}, "a logarithmic range has a low above 0"),
        ({"fixed": {RATE: 0.1}}, f"{RATE} is both in fixed and in search"),
        ({"fixed": {RATE: [0.1]}}, "expected a number, a word, true or false"),
        ({"trials": 0}, "trials: input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_file_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps/wrong.yaml").write_text(yaml.safe_dump({**SEARCH, **change}))
    with pytest.raises(DenoisingError) as raised:
        read_sweep("wrong")
    assert message.lower() in str(raised.value).lower()


def test_an_unknown_sweep_is_told_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(DenoisingError, match="There is no sweep called 'fats'. Known are fast_rate"):
        read_sweep("fats")


def test_values_that_are_not_allowed_and_names_that_are_not_there_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    base = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    with pytest.raises(DenoisingError, match=r"There is no parameter train\.epohcs: it is not set"):
        with_values(base, {"train.epohcs": 3})
    search = {"train.batch_size": {"choices": [32, -1]}}
    with pytest.raises(DenoisingError, match=r"train\.batch_size"):
        require_valid(base, Sweep.model_validate({**SEARCH, "search": search}))
