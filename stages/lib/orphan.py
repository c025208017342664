"""Ends a stage whose `dvc repro` is no more, so that it does not write over what the next one makes or restores."""

import os
import signal
import threading
from typing import NoReturn

import psutil

PAUSE = 0.5  # seconds between two looks; DVC itself takes longer to start


def end_with_dvc() -> None:
    """From now on, interrupt this process when the `dvc` that started it has gone; by hand, there is none."""
    dvc = _ancestor_called_dvc()
    if dvc is not None:
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_watch, args=(dvc,), daemon=True).start()


def _ancestor_called_dvc() -> psutil.Process | None:
    try:
        for process in psutil.Process().parents():
            if any(os.path.basename(word) in ("dvc", "dvc.exe") for word in process.cmdline()[:3]):  # noqa: PTH119
                return process
    except psutil.Error:  # it has ended while being looked at, or may not be looked at
        pass
    return None


def _watch(dvc: psutil.Process) -> None:
    wake = threading.Event()
    while dvc.is_running() and dvc.status() != psutil.STATUS_ZOMBIE:
        wake.wait(PAUSE)
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(number: int, frame: object) -> NoReturn:
    """Do what Ctrl-C does; that itself may be ignored, in the background of a script."""
    raise KeyboardInterrupt
