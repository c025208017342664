"""`make sweep`: real DVC experiments of a stage that takes little time, interrupted and failing."""

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
from tools.search_space import Sweep, read_sweep, require_valid, with_values

ROOT = Path(__file__).parents[2]
PIPELINE = """
stages:
  train:
    cmd: python one.py
    params: [train]
    metrics:
      - reports/training/summary.json: {cache: false}
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


def checkout_with(folder: Path, search: dict[str, Any]) -> Checkout:
    checkout = Checkout.create(folder)
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
def test_a_poor_trial_is_stopped_early(tmp_path: Path) -> None:
    rates = [0.01, 0.011, 0.012, 0.013, 0.5]
    search = {**SEARCH, "trials": 5, "at_once": 1, "stop_early": True, "seed": 3}
    checkout = checkout_with(tmp_path, {**search, "search": {"train.learning_rate": {"choices": rates}}})
    done = checkout.run(sys.executable, "-m", "tools.sweep", "rate")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("|") > 0
    stopped = [line for line in done.stdout.splitlines() if "| stopped early |" in line]
    assert len(stopped) <= 1  # it is not stopped where it is among the first
    assert all("| 0.5 |" in line for line in stopped)


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
        ({"search": {"train.seed": {"low": 5, "high": 1}}}, "search.train.seed: value error"),
        ({"search": {"train.seed": {"low": 5}}}, "give either low and high, or choices"),
        ({"search": {"train.seed": {"low": 1, "high": 2, "choices": [3]}}}, "give either low and high, or choices"),
        ({"search": {"train.learning_rate": {"low": 0.1, "high": 0.2}}}, "a grid needs choices"),
        ({"search": {"train.learning_rate": {"low": 0, "high": 0.2, "log": True}}}, "search.train.learning_rate"),
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
    with pytest.raises(DenoisingError, match=r"There is no parameter train\.epohcs to search"):
        with_values(base, {"train.epohcs": 3})
    search = {"train.batch_size": {"choices": [32, -1]}}
    with pytest.raises(DenoisingError, match=r"train\.batch_size"):
        require_valid(base, Sweep.model_validate({**SEARCH, "search": search}))
