"""What every stage does around its recipe: check all parameters, lock, watch its parent, and end in one sentence."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import NoReturn

from denoising.errors import DamagedFileError, DenoisingError
from stages.parameters import SECTIONS
from stages.parameters.base import check_document, read_document
from stages.parent_watch import exit_with_parent
from stages.paths import LOCK

INTERRUPTED = (
    "Interrupted. The next `dvc repro` starts this stage again (a training resumes after its last complete epoch), "
    "or restores its outputs from the cache if you undo your change."
)


def run_stage(name: str) -> NoReturn:
    """Run `main` of the module stages.NAME, with its section of params.yaml if it has one, and end the process.

    The module is imported here, after the checks, because TensorFlow takes seconds to import. Only one stage runs in a
    folder at a time: a stage can outlive a `dvc repro` that was killed, and could overwrite what the next one makes.
    """

    def main() -> None:
        exit_with_parent()
        document = read_document()
        check_document(document, SECTIONS)
        section = [SECTIONS[name].model_validate(document[name])] if name in SECTIONS else []
        with stage_lock():
            import_module(f"stages.{name}").main(*section)

    run(main)


def run(main: Callable[[], None]) -> NoReturn:
    """Run `main` and end the process: with status 0, or with 1 (130 when interrupted) and one sentence."""
    try:
        main()
    except DamagedFileError as error:
        _exit(f"{error} `dvc repro` makes or restores it.", status=1)
    except DenoisingError as error:
        _exit(str(error), status=1)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        _exit(f"System error: {error.strerror or error}{place}. Correct this and run `dvc repro` again.", status=1)
    except KeyboardInterrupt:
        _exit(INTERRUPTED, status=130)
    sys.exit(0)


@contextmanager
def stage_lock() -> Iterator[None]:
    """Hold the lock of this folder; the system releases it when the process ends, however it ends."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print(f"Waiting for process {file.read()}, a stage of an earlier run that has not ended yet.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _exit(sentence: str, *, status: int) -> NoReturn:
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    sys.exit(status)
