"""Runs one trial of a sweep: a DVC experiment in a clone, which is ended early where it is poor."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.paths import LOGS, TRAINING, TRAINING_SUMMARY
from tools.commands import dvc, git
from tools.experiment import changes

CLONES = Path(".dvc/tmp/exps")  # of DVC itself: the checkpoints of trainings in it are kept in the workspace
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 30  # for an interrupted trial to end


class StoppedError(Exception):
    """The trial was ended early."""


class TrialError(Exception):
    """The trial failed; what it says is the reason."""


@dataclass(frozen=True)
class Trial:
    """What is run: its name, the commit it starts from, and its parameters; `base` are those of the commit."""

    name: str
    commit: str
    base: Mapping[str, Any]
    parameters: Mapping[str, Any]


def run_trial(
    trial: Trial, metric: str, on_epoch: Callable[[int, float], bool], interrupted: Callable[[], bool]
) -> float:
    """Return the metric of a trial, which is an experiment of this workspace then.

    `on_epoch` is told every epoch and its metric, and says whether the trial is worth no more.

    Raises:
        StoppedError: when `on_epoch` said so.
        TrialError: when a stage failed.
        KeyboardInterrupt: when `interrupted` says so.
    """
    clone = CLONES / trial.name
    output = LOGS / "sweeps" / f"{trial.name}.log"
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        _make(clone, trial.commit)
        words = ["dvc", "exp", "run", "--name", trial.name, *changes(trial.base, trial.parameters)]
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "tools.watched", *words],
                cwd=clone,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # else Ctrl-C would reach DVC twice
            )
            try:
                _follow(process, clone / history_of(metric), on_epoch, interrupted)
            finally:
                _end(process)
        if process.returncode:
            raise TrialError(_reason(output))
        reference = f"refs/exps/{trial.commit[:2]}/{trial.commit[2:]}/{trial.name}"
        git("fetch", "--quiet", str(clone), f"+{reference}:{reference}")
        group, _, key = metric.partition(".")
        return float(json.loads(git("show", f"{reference}:./{TRAINING_SUMMARY}"))[group][key])
    finally:
        shutil.rmtree(clone, ignore_errors=True)


def history_of(metric: str) -> Path:
    """Return the table in which DVCLive notes a metric of every epoch."""
    return (TRAINING / "plots/metrics" / metric.replace(".", "/")).with_suffix(".tsv")


def _make(clone: Path, commit: str) -> None:
    """Clone the workspace, with its DVC cache, and what the cache has of the data."""
    shutil.rmtree(clone, ignore_errors=True)
    clone.parent.mkdir(parents=True, exist_ok=True)
    git("clone", "--quiet", "--no-checkout", ".", str(clone))
    git("-C", str(clone), "checkout", "--quiet", commit)
    for name in ("user.name", "user.email"):  # DVC commits experiments under them
        if known := git("config", "--default", "", "--get", name).strip():
            git("-C", str(clone), "config", name, known)
    for words in (
        ("config", "--local", "cache.dir", str(Path(git("rev-parse", "--show-toplevel").strip()) / ".dvc/cache")),
        ("checkout", "--quiet", "--allow-missing"),
    ):
        done = dvc(clone, *words, capture_output=True)
        if done.returncode:
            raise TrialError(done.stderr.strip().splitlines()[-1])


def _follow(
    process: "subprocess.Popen[bytes]",
    history: Path,
    on_epoch: Callable[[int, float], bool],
    interrupted: Callable[[], bool],
) -> None:
    """Return when the trial has ended."""
    told, before = 0, history.stat().st_mtime_ns if history.exists() else 0  # of the committed results
    while process.poll() is None:
        time.sleep(POLL_SECONDS)
        if interrupted():
            raise KeyboardInterrupt
        if not history.exists() or history.stat().st_mtime_ns == before:
            continue
        values = _values(history)
        for epoch, value in enumerate(values[told:], start=told + 1):
            if on_epoch(epoch, value):
                raise StoppedError
        told = max(told, len(values))


def _values(history: Path) -> list[float]:
    """Return the values of complete lines; DVCLive may be writing the last one."""
    lines = history.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    rows = csv.DictReader((line for line in lines if line.endswith("\n")), delimiter="\t")
    column = history.stem
    return [float(row[column]) for row in rows if row.get(column)]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a trial that still runs: DVC and its stage."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)  # the stage sees that DVC has gone
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _reason(output: Path) -> str:
    """Return the sentence with which a stage ended, or else DVC."""
    lines = [line.strip() for line in output.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith("ERROR")]
    failed = any("failed to reproduce" in line for line in lines)
    return (own if own and failed else lines or ["it said nothing"])[-1][:500]
