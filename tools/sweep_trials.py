"""Runs one trial of a sweep: a DVC experiment in a clone, which is ended early where it is poor."""

import csv
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from denoising.errors import DenoisingError
from stages.parameters.document import document_errors
from stages.paths import LOGS, TRAINING, TRAINING_SUMMARY
from stages.run import SYSTEM_ERROR
from tools.commands import experiment_reference, git
from tools.experiment import changes
from tools.watched import started_dvc

CLONES = Path(".dvc/tmp/sweeps/clones")
TRIAL_LOGS = LOGS / "sweeps"
POLL_SECONDS = 0.5


class StoppedError(Exception):
    """The trial was ended early."""


class FailedTrialError(Exception):
    """The trial cannot succeed: its parameters do not fit together, or a stage fails with them."""


@dataclass(frozen=True)
class Trial:
    """What is run: its name, the commit it starts from, and its parameters; `base` are those of the commit.

    `cache` is the folder of DVC's cache.
    """

    name: str
    commit: str
    cache: Path
    base: Mapping[str, Any]
    parameters: Mapping[str, Any]


def run_trial(
    trial: Trial, metric: str, on_epoch: Callable[[int, float], bool], is_interrupted: Callable[[], bool]
) -> float:
    """Return the metric of a trial, which is an experiment of this workspace then.

    `on_epoch` is told every epoch and its metric, and answers whether to stop.

    Raises:
        StoppedError: when `on_epoch` says so.
        FailedTrialError: when the parameters do not fit together, or a stage fails with them.
        DenoisingError: when it could not be run, whatever its parameters.
        KeyboardInterrupt: when `is_interrupted` says so.
    """
    wrong = document_errors(trial.parameters)
    if wrong:
        raise FailedTrialError("; ".join(wrong))
    clone, output = CLONES / trial.name, TRIAL_LOGS / f"{trial.name}.log"
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        _make(clone, trial)
        words = ["exp", "run", "--name", trial.name, *changes(trial.base, trial.parameters)]
        with output.open("wb") as file, started_dvc(*words, folder=clone, output=file) as process:
            _follow(process, clone / history_of(metric), on_epoch, is_interrupted)
        if process.returncode:
            reason, stage_failed = _reason(output)
            if stage_failed and not reason.startswith(SYSTEM_ERROR):
                raise FailedTrialError(reason)
            raise DenoisingError(f"{trial.name} could not be run; {output} has all that was printed. {reason}")
        reference = experiment_reference(trial.commit, trial.name)
        git("fetch", "--quiet", str(clone), f"{reference}:{reference}")
        group, _, key = metric.partition(".")
        return float(json.loads((clone / TRAINING_SUMMARY).read_text(encoding="utf-8"))[group][key])
    finally:
        shutil.rmtree(clone, ignore_errors=True)


def history_of(metric: str) -> Path:
    """Return the table in which DVCLive notes a metric of every epoch."""
    return (TRAINING / "plots/metrics" / metric.replace(".", "/")).with_suffix(".tsv")


def _make(clone: Path, trial: Trial) -> None:
    """Clone the workspace, with its DVC cache, and what the cache has of the data."""
    shutil.rmtree(clone, ignore_errors=True)
    clone.parent.mkdir(parents=True, exist_ok=True)
    git("clone", "--quiet", "--no-checkout", ".", str(clone))
    git("-C", str(clone), "checkout", "--quiet", trial.commit)
    for name in ("user.name", "user.email"):  # DVC commits experiments under them
        if known := git("config", "--default", "", "--get", name).strip():
            git("-C", str(clone), "config", name, known)
    for words in (
        ("config", "--local", "cache.dir", str(trial.cache)),
        ("checkout", "--quiet", "--allow-missing"),
    ):
        with started_dvc(*words, folder=clone, output=subprocess.PIPE) as process:
            said = process.communicate()[0].decode(errors="replace").strip()
        if process.returncode:
            raise DenoisingError(f"dvc {words[0]} failed: {(said.splitlines() or ['no output'])[-1]}")


def _follow(
    process: "subprocess.Popen[bytes]",
    history: Path,
    on_epoch: Callable[[int, float], bool],
    is_interrupted: Callable[[], bool],
) -> None:
    """Return when the trial has ended."""
    told, before = 0, _changed_at(history)  # that of the committed results
    while process.poll() is None:
        time.sleep(POLL_SECONDS)
        if is_interrupted():
            raise KeyboardInterrupt
        if _changed_at(history) in (None, before):
            continue
        values = _values(history)
        for epoch, value in enumerate(values[told:], start=told + 1):
            if on_epoch(epoch, value):
                raise StoppedError
        told = max(told, len(values))


def _changed_at(path: Path) -> int | None:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime_ns
    return None


def _values(history: Path) -> list[float]:
    """Return the values of complete lines; DVCLive may be writing the last one, or DVC remove the file."""
    with suppress(FileNotFoundError):
        lines = history.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        rows = csv.DictReader((line for line in lines if line.endswith("\n")), delimiter="\t")
        return [float(row[history.stem]) for row in rows if row.get(history.stem)]
    return []


def _reason(output: Path) -> tuple[str, bool]:
    """Return the sentence with which a stage ended, or else what DVC said last, and whether it was a stage."""
    text = output.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith(("ERROR", "("))]  # in brackets: what to do next
    failed = any("failed to reproduce" in line for line in lines)
    return (own if own and failed else lines or ["no output"])[-1][:500], failed
