"""`make sweep`: real DVC experiments of a stage that takes little time, interrupted and failing."""

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
    kept = (tmp_path / "logs/sweeps/rate.md").read_text()
    assert kept in done.stdout
    assert kept.startswith("`make sweep NAME=rate`: 2 of 2 trials of `committed`, with train.batch_size=32, compute.")
    text = (tmp_path / "experiments/rate-best.yaml").read_text()
    assert "the best of 2 trials, with train.batch_size=32, compute.threads=1." in text
    best = yaml.safe_load(text)
    assert best.keys() == {"train"}
    assert (best["train"]["learning_rate"], best["train"]["batch_size"]) == (0.011, 128)


@pytest.mark.slow
def test_more_trials_can_be_asked_for_on_the_same_commit(tmp_path: Path) -> None:
    checkout = checkout_with(tmp_path, {**FIXED, "trials": 1})
    command = (sys.executable, "-m", "tools.sweep", "rate")
    assert checkout.run(*command).returncode == 0
    (tmp_path / "sweeps/rate.yaml").write_text(yaml.safe_dump(FIXED))
    done = checkout.run(*command)
    assert done.returncode == 0, done.stdout
    assert re.findall(r"^rate-trial-(\d): train", done.stdout, re.MULTILINE) == ["1"]
    parameters = tmp_path / "params.yaml"
    parameters.write_text(f"{parameters.read_text()}# changed\n")
    refused = checkout.run(*command)
    assert refused.returncode == 1
    assert "Commit these first" in refused.stdout


def order(values: list[float], seed: int) -> list[float]:
    """Return the values in the order in which a grid tries them."""
    ordered = [{RATE: value} for value in values]
    random.Random(seed).shuffle(ordered)
    return [of[RATE] for of in ordered]


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
