"""Search for good parameters, as a file of sweeps/ says. This is `make sweep`.

    python -m tools.sweep NAME [STORAGE [take-over]]

Optuna proposes; each trial is a DVC experiment NAME-trial-0, NAME-trial-1 and so on, which `dvc exp show` lists. An
interrupted sweep goes on when it is started again on the same commit. STORAGE, a file in a shared folder or the URL of
a database, lets clones on several machines search together; with `take-over`, what machines began that are gone is run
again. Ends with a table and the importance of each parameter, kept in logs/sweeps/NAME.md, and the best setting in
experiments/NAME-best.yaml; and with status 1 where a trial failed.
"""

import fcntl
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from denoising.errors import DenoisingError
from stages.parameters.document import check_document
from stages.run import run
from tools.commands import dvc, experiments, git, require_one_worker, require_unchanged
from tools.experiment import COMMITTED, committed_document, free_name, read_experiment
from tools.search_space import SWEEPS, Sweep, own_point, read_sweep, require_valid, with_values
from tools.sweep_results import best_of, require_success, shown, summary, write_best, write_table
from tools.sweep_study import FOLDER, MESSAGE, ask, interrupt, open_study
from tools.sweep_trials import CLONES, FailedTrialError, StoppedError, Trial, run_trial

TAKE_OVER = "take-over"
Parameters = Mapping[str, Any]


def main() -> None:
    name, storage, more = (*sys.argv[1:4], "", "", "")[:3]
    if not name:
        raise DenoisingError("Name a file of sweeps/: make sweep NAME=fast_rate")
    if len(sys.argv) > 4 or more not in ("", TAKE_OVER):
        raise DenoisingError(f"Expected at most a name, a storage and {TAKE_OVER}, found {' '.join(sys.argv[1:])}.")
    sweep = read_sweep(name)
    require_one_worker()
    require_unchanged(but=[SWEEPS, best_of(name)])  # which no trial reads: they may ask for more trials
    base, commit = committed_document(), git("rev-parse", "HEAD").strip()
    settings = {} if sweep.experiment == COMMITTED else read_experiment(sweep.experiment)
    unfixed = {**base, **settings}
    target = with_values(unfixed, sweep.fixed)
    check_document(target)
    require_valid(target, sweep)
    own = own_point(target, sweep)
    if own is None:
        of = "the committed parameters" if sweep.experiment == COMMITTED else sweep.experiment
        print(f"The values of {of} are not among those that are searched.")
    with locked(name):
        study = open_study(name, sweep, storage, commit=commit, parameters=target, take_over=bool(more))
        Search(name, sweep, study, commit, base, target, own).run()
        lines = list(summary(name, study, sweep, own))
        print("", *lines, sep="\n")
        write_table(name, lines)
        sections = {"train", *settings, *(path.split(".")[0] for path in sweep.search)}
        write_best(name, study, sweep, unfixed, sections)
        require_success(study)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of a sweep, of which one runs at a time in a folder; remove what an interrupted one left."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DenoisingError(f"The sweep {name} is running in this folder already.") from error
        for left in CLONES.glob(f"{name}-trial-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


@dataclass
class Search:
    """Runs the trials that are missing, some of them side by side."""

    name: str
    sweep: Sweep
    study: optuna.Study
    commit: str
    base: Parameters
    target: Parameters
    own: Parameters | None
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _interrupted: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Run trials until there are enough; where that is interrupted, those that run are ended."""
        cache = Path(dvc(Path(), "cache", "dir", capture_output=True).stdout.strip())
        with ThreadPoolExecutor(self.sweep.at_once) as threads:
            running = [threads.submit(self._run_trials, cache) for _ in range(self.sweep.at_once)]
            try:
                wait(running, return_when=FIRST_EXCEPTION)
            finally:
                self._interrupted.set()
        errors = [error for one in running if (error := one.exception())]
        errors.sort(key=lambda of: isinstance(of, KeyboardInterrupt))  # a cause before what it caused
        for error in errors:
            raise error

    def _run_trials(self, cache: Path) -> None:
        while not self._interrupted.is_set():
            with self._asking:
                trial = ask(self.study, self.sweep, self.own)
            if trial is None:
                return
            title = free_name(f"{self.name}-trial-{trial.number}", taken=experiments(self.commit))
            self._run_trial(trial, title, cache)

    def _run_trial(self, asked: optuna.Trial, title: str, cache: Path) -> None:
        print(f"{title}: {', '.join(f'{name}={shown(value)}' for name, value in asked.params.items())}", flush=True)
        parameters = with_values(self.target, asked.params)
        epochs = parameters["train"]["epochs"]

        def on_epoch(epoch: int, value: float) -> bool:
            asked.report(value, epoch)
            return epoch < epochs and asked.should_prune()

        try:
            trial = Trial(title, self.commit, cache, self.base, parameters)
            value = run_trial(trial, self.sweep.metric, on_epoch, self._interrupted.is_set)
        except StoppedError:
            self.study.tell(asked, state=TrialState.PRUNED)
            print(f"{title}: stopped early", flush=True)
        except FailedTrialError as error:
            asked.set_user_attr(MESSAGE, str(error))
            self.study.tell(asked, state=TrialState.FAIL)
            print(f"{title}: failed: {error}", flush=True)
        except BaseException:  # an interrupt, or a fault of the machine: the trial can be tried again
            interrupt(self.study, asked.number, asked.params)
            raise
        else:
            self.study.tell(asked, value)
            print(f"{title}: {self.sweep.metric} {shown(value)}", flush=True)


if __name__ == "__main__":
    run(main)
