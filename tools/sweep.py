"""Search for good parameters, as a file of sweeps/ says. This is `make sweep`.

    python -m tools.sweep NAME [STORAGE]

Optuna proposes; each trial is a DVC experiment NAME-trial-0, NAME-trial-1 and so on, which `dvc exp show` lists. An
interrupted sweep goes on when it is started again. STORAGE, the URL of a database or a file in a shared folder, lets
clones on several machines search together; they should have the same commit. Ends with a table, the importance of each
parameter, and the best setting in experiments/NAME-best.yaml; and with status 1 where a trial failed.
"""

import fcntl
import hashlib
import json
import random
import shutil
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from denoising.errors import DenoisingError
from denoising.io.atomic import replacing
from stages.parameters.document import check_document
from stages.paths import EXPERIMENTS
from stages.run import run
from tools.commands import git
from tools.experiment import committed_document, read_experiment
from tools.search_space import COMMITTED, SWEEPS, Sweep, read_sweep, require_valid, with_values
from tools.sweep_trials import CLONES, StoppedError, Trial, TrialError, run_trial

STATE = Path(".dvc/tmp/sweeps")
MACHINE, MESSAGE = "machine", "message"  # attributes of a trial: where it runs, and why it failed
REPEATS = "repeats"  # the number of the trial that was interrupted, and is tried once more
BEFORE_STOPPING = 4  # trials that are run to their end before a poor one is stopped
LEAST_FOR_IMPORTANCE = 4


def main() -> None:
    name, *storage = sys.argv[1:] or [""]
    sweep = read_sweep(name)
    base = committed_document()
    target = {**base, **({} if sweep.experiment == COMMITTED else read_experiment(sweep.experiment))}
    check_document(target)
    require_valid(target, sweep)
    if git("status", "--porcelain"):
        print("There are uncommitted changes; the trials start from what is committed.")
    with locked(name):
        study = open_study(name, sweep, storage[0] if storage else "")
        Search(name, sweep, study, base, target).run()
        print("\n".join(summary(study, sweep)))
        write_best(name, study, sweep, target)
        require_success(study)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of a sweep, of which one runs at a time in a folder; remove what an interrupted one left."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DenoisingError(f"The sweep {name} is running in this folder already.") from error
        for left in CLONES.glob(f"{name}-trial-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def open_study(name: str, sweep: Sweep, storage: str) -> optuna.Study:
    """Return the study of this sweep on this commit; trials that were interrupted here are to be run again."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    described = sweep.model_dump(mode="json", exclude={"trials", "at_once", "stop_early"})
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:8]
    median = optuna.pruners.MedianPruner(n_startup_trials=BEFORE_STOPPING)
    study = optuna.create_study(
        storage=_storage(storage or str(STATE / f"{name}.journal")),
        study_name=f"{name} {git('rev-parse', '--short', 'HEAD').strip()} {digest}",
        sampler=optuna.samplers.TPESampler(seed=sweep.seed),
        pruner=median if sweep.stop_early else optuna.pruners.NopPruner(),
        direction=sweep.direction,
        load_if_exists=True,
    )
    for values in grid_points(sweep) if sweep.sampler == "grid" else ():
        study.enqueue_trial(values, skip_if_exists=True)
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        if trial.user_attrs.get(MACHINE) in (None, here()):
            repeat(study, trial.number, trial.params)
    return study


def grid_points(sweep: Sweep) -> list[dict[str, Any]]:
    """Return all combinations of values of a grid, in an order that the seed decides."""
    grid = sweep.grid()
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    random.Random(sweep.seed).shuffle(points)  # noqa: S311 - no secret
    return points


def _storage(where: str) -> BaseStorage:
    return RDBStorage(where) if "://" in where else JournalStorage(JournalFileBackend(where))


def here() -> str:
    """Return a name for this folder on this machine."""
    return f"{socket.gethostname()}:{Path.cwd()}"


def repeat(study: optuna.Study, number: int, parameters: Mapping[str, Any]) -> None:
    """End a trial that was interrupted, and let its parameters be tried once more."""
    if number not in repeated(study):
        study.enqueue_trial(dict(parameters), user_attrs={REPEATS: number})
    study.tell(number, state=TrialState.FAIL)


def repeated(study: optuna.Study) -> set[int]:
    """Return the numbers of the trials that were interrupted."""
    return {of.user_attrs[REPEATS] for of in study.get_trials(deepcopy=False) if REPEATS in of.user_attrs}


class Search:
    """Runs trials until there are enough."""

    def __init__(
        self, name: str, sweep: Sweep, study: optuna.Study, base: Mapping[str, Any], target: Mapping[str, Any]
    ) -> None:
        self.name, self.sweep, self.study, self.base, self.target = name, sweep, study, base, target
        self.commit = git("rev-parse", "HEAD").strip()
        self._asking, self._interrupted = threading.Lock(), threading.Event()

    def run(self) -> None:
        """Run the trials that are missing, some at once."""
        with ThreadPoolExecutor(self.sweep.at_once) as threads:
            running = [threads.submit(self._run_trials) for _ in range(self.sweep.at_once)]
            try:
                for one in running:
                    one.result()
            except BaseException:
                self._interrupted.set()
                raise

    def _run_trials(self) -> None:
        while not self._interrupted.is_set():
            with self._asking:
                if not self._is_wanted():
                    return
                trial = self.study.ask(self.sweep.distributions())
                trial.set_user_attr(MACHINE, here())
            self._run_trial(trial)

    def _is_wanted(self) -> bool:
        points = len(grid_points(self.sweep)) if self.sweep.sampler == "grid" else self.sweep.trials
        return len(counted(self.study, running=True)) < min(points, self.sweep.trials)

    def _run_trial(self, asked: optuna.Trial) -> None:
        title = f"{self.name}-trial-{asked.number}"
        print(f"{title}: {', '.join(f'{name}={_shown(value)}' for name, value in asked.params.items())}", flush=True)
        trial = Trial(title, self.commit, self.base, with_values(self.target, asked.params))

        def on_epoch(epoch: int, value: float) -> bool:
            asked.report(value, epoch)
            return asked.should_prune()

        try:
            value = run_trial(trial, self.sweep.metric, on_epoch, self._interrupted.is_set)
        except KeyboardInterrupt:
            repeat(self.study, asked.number, asked.params)
            raise
        except StoppedError:
            self.study.tell(asked, state=TrialState.PRUNED)
            print(f"{title}: stopped early", flush=True)
        except (TrialError, DenoisingError, OSError) as error:
            asked.set_user_attr(MESSAGE, str(error))
            self.study.tell(asked, state=TrialState.FAIL)
            print(f"{title}: failed: {error}", flush=True)
        else:
            self.study.tell(asked, value)
            print(f"{title}: {self.sweep.metric} {value:.6g}", flush=True)


def counted(study: optuna.Study, *, running: bool = False) -> list[FrozenTrial]:
    """Return the trials that count: all that have ended, but for those that were interrupted, and those that run."""
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, *([TrialState.RUNNING] if running else []))
    interrupted = repeated(study)
    return [of for of in study.get_trials(states=states) if of.number not in interrupted]


def summary(study: optuna.Study, sweep: Sweep) -> Iterator[str]:
    """Yield all trials as a Markdown table, the best first, and the importance of the parameters."""
    names = list(sweep.search)
    yield ""
    yield f"| trial | {sweep.metric} | {' | '.join(names)} |"
    yield f"|---|---|{'---|' * len(names)}"
    sign = -1 if sweep.direction == "maximize" else 1
    trials = counted(study)
    done = sorted((of for of in trials if of.state == TrialState.COMPLETE), key=lambda of: sign * (of.value or 0))
    other = [of for of in trials if of.state != TrialState.COMPLETE]
    for of in (*done, *other):
        result = f"{of.value:.6g}" if of.value is not None and of in done else _ended(of)
        yield f"| {of.number} | {result} | {' | '.join(_shown(of.params.get(name)) for name in names)} |"
    if len(done) >= LEAST_FOR_IMPORTANCE and len(names) > 1:
        found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
        yield ""
        yield f"Importance: {', '.join(f'{name} {part:.2f}' for name, part in found.items())}."


def _ended(trial: FrozenTrial) -> str:
    return "stopped early" if trial.state == TrialState.PRUNED else "failed"


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def write_best(name: str, study: optuna.Study, sweep: Sweep, target: Mapping[str, Any]) -> None:
    """Write the best setting as an experiment."""
    complete = [of for of in counted(study) if of.state == TrialState.COMPLETE]
    if not complete:
        return
    best = study.best_trial
    sections = {"train", *(path.split(".")[0] for path in sweep.search)}
    if sweep.experiment != COMMITTED:
        sections |= set(read_experiment(sweep.experiment))
    found = with_values(target, best.params)
    path = EXPERIMENTS / f"{name}-best.yaml"
    text = yaml.safe_dump({section: found[section] for section in target if section in sections}, sort_keys=False)
    count = len(counted(study))
    with replacing(path) as (partial,):
        partial.write_text(
            f"# Found by {SWEEPS / name}.yaml: {sweep.metric} {best.value:.6g}, the best of {count} trials.\n{text}",
            encoding="utf-8",
        )
    print(f"\nThe best setting is in {path}: make experiment NAME={path.stem}")


def require_success(study: optuna.Study) -> None:
    """Raise `DenoisingError` with what each failed trial said."""
    failed = [of for of in counted(study) if of.state == TrialState.FAIL]
    if failed:
        lines = "".join(f"\n  trial {of.number}: {of.user_attrs.get(MESSAGE, 'it said nothing')}" for of in failed)
        raise DenoisingError(f"{len(failed)} of {len(counted(study))} trials failed:{lines}")


if __name__ == "__main__":
    run(main)
