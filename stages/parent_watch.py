"""Ends a stage whose `dvc` has ended, so that it does not overwrite what the next `dvc repro` makes or restores."""

import os
import signal
import threading
from typing import NoReturn

import psutil

POLL_SECONDS = 0.5  # DVC itself takes longer to start


def exit_with_parent() -> None:
    """From now on, interrupt this process when the `dvc` that started it ends; do nothing if there is none."""
    dvc = _parent_dvc()
    if dvc is not None:
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_watch, args=(dvc,), daemon=True).start()


def _parent_dvc() -> psutil.Process | None:
    try:
        for process in psutil.Process().parents():
            if any(os.path.basename(word) in ("dvc", "dvc.exe") for word in process.cmdline()[:3]):  # noqa: PTH119
                return process
    except psutil.Error:  # a process has ended meanwhile, or may not be inspected
        pass
    return None


def _watch(dvc: psutil.Process) -> None:
    wake = threading.Event()
    while dvc.is_running() and dvc.status() != psutil.STATUS_ZOMBIE:
        wake.wait(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(number: int, frame: object) -> NoReturn:
    """Act as Ctrl-C does; SIGINT itself may be ignored, in the background of a script."""
    raise KeyboardInterrupt
