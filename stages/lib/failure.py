"""Runs a program so that it ends with one sentence where a person can put things right."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from stages.lib.orphan import end_with_dvc

LOCK = Path(".dvc/tmp/stage.lock")
INTERRUPTED = (
    "Interrupted. The next `dvc repro` starts this stage anew (a training goes on after its last whole epoch), "
    "or restores it from the cache if you undo your change."
)


class Mistake(ValueError):  # noqa: N818 - the word that the messages use
    """Something a person can put right; the text says what was expected, what came and how to mend it."""


def run(main: Callable[[], None]) -> NoReturn:
    """Run `main` and leave the process with status 0, or with 1 (130 when interrupted) and one sentence."""
    _run(main, alone=False)


def run_stage(main: Callable[[], None]) -> NoReturn:
    """Do as `run` does, once no other stage is at work in this folder.

    A stage outlives a `dvc repro` that is killed, if only for a moment, and could write over what the next one makes.
    """
    _run(main, alone=True)


def _run(main: Callable[[], None], *, alone: bool) -> NoReturn:
    try:
        with _lock() if alone else nullcontext():
            if alone:
                end_with_dvc()
            main()
    except Mistake as mistake:
        _leave(str(mistake), status=1)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _leave(f"The machine refused: {error.strerror or error}{place}. Mend that and run `dvc repro` again.", status=1)
    except KeyboardInterrupt:
        _leave(INTERRUPTED, status=130)
    sys.exit(0)


@contextmanager
def _lock() -> Iterator[None]:
    """Hold the lock of this folder; the system lets go of it when the process ends, however it ends."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print(f"Waiting for process {file.read()}, a stage of an earlier run that is still at work.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _leave(sentence: str, *, status: int) -> NoReturn:
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    sys.exit(status)


def _explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        print(f"\n{INTERRUPTED}", file=sys.stderr, flush=True)
    else:
        sys.__excepthook__(kind, error, trace)


# A stage imports this before TensorFlow, whose import takes seconds: Ctrl-C then needs a sentence too.
sys.excepthook = _explain
