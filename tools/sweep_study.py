"""Keeps what a sweep has tried: Optuna's study, in a file or a database."""

import hashlib
import json
import os
import random
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from denoising.errors import DenoisingError
from tools.search_space import Sweep, Value

FOLDER = Path(".dvc/tmp/sweeps")
MACHINE, MESSAGE = "machine", "message"  # attributes of a trial: where it runs, and why it failed
INSTEAD_OF = "instead_of"  # the number of an interrupted trial, whose parameters are tried once more
POINT = "point"  # known from the beginning, unlike the parameters: of a grid, or the experiment's own
SUPERFLUOUS = "superfluous"  # whether another trial stands for this one
BEFORE_STOPPING = 4  # trials that are run to their end before a poor one is stopped


def open_study(
    name: str,
    sweep: Sweep,
    storage: str,
    *,
    commit: str,
    parameters: Mapping[str, Any],
    take_over: bool = False,
) -> optuna.Study:
    """Return the study of a sweep from these parameters on a commit; what was interrupted here is to be run again.

    With `take_over`, what was interrupted on other machines is too: none may run there.

    Raises:
        DenoisingError: when the storage cannot be used.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    described = [sweep.model_dump(mode="json", exclude={"trials", "at_once", "stop_early"}), dict(parameters)]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:8]
    journal = FOLDER / f"{name}.journal"
    where = storage or str(journal)
    try:
        if not storage:
            _drop_unfinished_line(journal)
        study = optuna.create_study(
            storage=_storage(where),
            study_name=f"{name} {commit[:8]} {digest}",
            pruner=_pruner(sweep),
            direction=sweep.direction,
            load_if_exists=True,
        )
    except Exception as error:  # drivers of databases raise many types
        reason = (str(error).splitlines() or [type(error).__name__])[0][:300]
        raise DenoisingError(f"The storage {where} cannot be used: {reason}") from error
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        if take_over or not storage or trial.user_attrs.get(MACHINE) == here():
            interrupt(study, trial.number, trial.params)
    # Seeded anew each time: a sampler that starts again from one seed would propose the same values again.
    key = f"{sweep.seed} {len(study.trials)} {here() if storage else ''}"
    study.sampler = optuna.samplers.TPESampler(seed=int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]))
    return study


def _drop_unfinished_line(journal: Path) -> None:
    """Cut what a full disk or a kill has left of the last line: Optuna cannot read a journal with a line after it."""
    if journal.exists() and not (content := journal.read_bytes()).endswith(b"\n"):
        os.truncate(journal, content.rfind(b"\n") + 1)


def _storage(where: str) -> BaseStorage:
    return RDBStorage(where) if "://" in where else JournalStorage(JournalFileBackend(where))


def _pruner(sweep: Sweep) -> optuna.pruners.BasePruner:
    if sweep.stop_early:
        return optuna.pruners.MedianPruner(n_startup_trials=BEFORE_STOPPING)
    return optuna.pruners.NopPruner()


def here() -> str:
    """Return a name for this folder on this machine."""
    return f"{socket.gethostname()}:{Path.cwd()}"


def ask(study: optuna.Study, sweep: Sweep, own: Mapping[str, Value] | None = None) -> optuna.Trial | None:
    """Return the next trial, or None where there are enough; the first has the experiment's `own` values, if given."""
    counted_now = counted(study, running=True)
    if len(counted_now) >= sweep.trials:
        return None
    if not study.get_trials(deepcopy=False, states=[TrialState.WAITING]):
        tried = [of.user_attrs.get(POINT) for of in counted_now]
        new = next((point for point in _points(sweep, own) if point not in tried), None)
        if new:
            study.enqueue_trial(new, user_attrs={POINT: new})
        elif sweep.sampler == "grid":
            return None
    trial = study.ask(sweep.distributions())
    trial.set_user_attr(MACHINE, here())
    before = [of for of in counted(study, running=True) if of.number < trial.number]
    point = trial.user_attrs.get(POINT)
    is_new = point not in [of.user_attrs.get(POINT) for of in before] if point else sweep.sampler != "grid"
    if is_new and len(before) < sweep.trials:
        return trial
    trial.set_user_attr(SUPERFLUOUS, True)  # another machine has asked at the same time
    study.tell(trial, state=TrialState.FAIL)
    return ask(study, sweep, own)


def _points(sweep: Sweep, own: Mapping[str, Value] | None) -> list[dict[str, Value]]:
    """Return what is to be tried in this order: the experiment's own values, and those of a grid."""
    points = sweep.points() if sweep.sampler == "grid" else []
    random.Random(sweep.seed).shuffle(points)  # noqa: S311 - no secret
    return points if own is None else [dict(own), *(point for point in points if point != own)]


def interrupt(study: optuna.Study, number: int, parameters: Mapping[str, Any]) -> None:
    """End a trial that was interrupted; it does not count, and its parameters are tried once more."""
    if number not in interrupted(study):
        point = study.trials[number].user_attrs.get(POINT)  # of a kill between two parameters only one may be known
        again = {INSTEAD_OF: number, **({POINT: point} if point else {})}
        study.enqueue_trial(point or dict(parameters), user_attrs=again)
    study.tell(number, state=TrialState.FAIL, skip_if_finished=True)


def interrupted(study: optuna.Study) -> set[int]:
    """Return the numbers of the trials that were interrupted."""
    return {of.user_attrs[INSTEAD_OF] for of in study.get_trials(deepcopy=False) if INSTEAD_OF in of.user_attrs}


def counted(study: optuna.Study, *, running: bool = False) -> list[FrozenTrial]:
    """Return the trials that have ended, and those that run if `running`; not those that were interrupted."""
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, *([TrialState.RUNNING] if running else []))
    left_out = interrupted(study)
    trials = study.get_trials(states=states)
    return [of for of in trials if of.number not in left_out and SUPERFLUOUS not in of.user_attrs]
