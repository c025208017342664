"""What every stage does around its recipe: check all parameters, lock, watch its parent, and end in one sentence."""

import fcntl
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import NoReturn

from stages.parent_watch import exit_with_parent

SYSTEM_ERROR = "System error"  # how a sentence begins that the machine has failed
TOOL = "tool"  # in place of the name of a stage
INTERRUPTED = (
    "Interrupted. The next `dvc repro` starts this stage again (a training resumes after its last complete epoch), "
    "or restores its outputs from the cache if you undo your change: `git restore params.yaml`."
)


def run_stage(name: str) -> NoReturn:
    """Run `main` of the module stages.NAME, with the sections of params.yaml that it takes, and end the process.

    The module is imported here, after the checks, because TensorFlow takes seconds to import. A stage runs only once at
    a time in a folder: it can outlive a `dvc repro` that was killed, and could overwrite what the next one makes.
    """

    worker = _worker(name)

    def main() -> None:
        exit_with_parent()
        from stages.environment import clean_environment
        from stages.parameters import SECTIONS
        from stages.parameters.document import check_document, read_document

        document = read_document()
        check_document(document)
        clean_environment(name)
        with nullcontext() if worker else stage_lock(name):
            recipe = import_module(f"stages.{name}").main
            taken = [of.annotation for of in signature(recipe).parameters.values()]
            recipe(*(SECTIONS[section].read(document[section]) for section in SECTIONS if SECTIONS[section] in taken))

    run(main, name=f"{name}-{worker}" if worker else name)


def _worker(stage: str) -> int:
    """Return which of the workers of a training this process is: 0 where it is the only one, or the one that writes."""
    if stage != "train" or not os.environ.get("TF_CONFIG"):
        return 0
    from denoising.cluster.members import TF_CONFIG, read_cluster

    with suppress(ValueError):  # the training says what is wrong
        return read_cluster(os.environ[TF_CONFIG]).worker
    return 0


def run(main: Callable[[], None], *, name: str = TOOL) -> NoReturn:
    """Run `main` and end the process: with status 0, or with 1 (130 when interrupted) and one sentence.

    The traceback behind the sentence is written to logs/NAME-error.log.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    with suppress(OSError):
        error_log(name).unlink(missing_ok=True)
    try:
        main()
    except KeyboardInterrupt:
        _exit("Interrupted." if name == TOOL else INTERRUPTED, status=130)
    except Exception as error:
        sentence = _sentence(error, name)
        if sentence is None:
            raise
        with suppress(OSError):
            error_log(name).parent.mkdir(exist_ok=True)
            error_log(name).write_text(traceback.format_exc(), encoding="utf-8")
        _exit(sentence, status=1)
    sys.exit(0)


def error_log(name: str) -> Path:
    """Return the file that has the traceback of the last error of a stage, if it ended with one."""
    from stages.paths import LOGS

    return LOGS / f"{name}-error.log"


@contextmanager
def stage_lock(name: str) -> Iterator[None]:
    """Hold the lock of a stage in this folder; the system releases it when the process ends, however it ends."""
    from stages.paths import LOCKS

    LOCKS.mkdir(parents=True, exist_ok=True)
    with (LOCKS / f"{name}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print(
                f"Waiting for process {file.read()}, this stage of an earlier run, which is still running.", flush=True
            )
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _sentence(error: Exception, name: str) -> str | None:
    """Return what a person is told of an error that they can correct; None for a mistake in the program."""
    from denoising.errors import DamagedFileError, DenoisingError

    if isinstance(error, DamagedFileError):
        return f"{error} `dvc repro` makes or restores it."
    if isinstance(error, DenoisingError):
        return str(error)
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        log = f" The traceback is in {error_log(name)}."
        again = "try again" if name == TOOL else "run `dvc repro` again"
        return f"{SYSTEM_ERROR}: {error.strerror or error}{place}. Correct this and {again}.{log}"
    return None


def _exit(sentence: str, *, status: int) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends already
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    sys.exit(status)
