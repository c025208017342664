"""Ends a stage whose `dvc` has ended, so that it does not overwrite what the next `dvc repro` makes or restores."""

import os
import signal
import threading
import time
from typing import NoReturn

import psutil

SHELLS = ("sh", "bash", "dash", "zsh", "fish", "ksh")
REAPERS = ("systemd", "init", "tini", "dumb-init", "containerd-shim")
POLL_SECONDS = 0.5  # DVC itself takes longer to start
PATIENCE_SECONDS = 10  # for an interrupt to end the process; native code may hold it up


def exit_with_parent() -> None:
    """From now on, interrupt this process when the `dvc` that started it ends, if there is one, and at SIGTERM.

    DVC tells a stage its name in DVC_STAGE. If it did and the process that started this one is gone, DVC ended before
    this call. A program that uses DVC as a library is not recognisable, and is not watched.

    Raises:
        KeyboardInterrupt: when the `dvc` that started this process has ended.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    dvc = _parent_dvc()
    if dvc is None and "DVC_STAGE" in os.environ and _is_reparented():
        raise KeyboardInterrupt
    if dvc is not None:
        threading.Thread(target=_watch, args=(dvc,), daemon=True).start()


def _parent_dvc() -> psutil.Process | None:
    try:
        for process in psutil.Process().parents():
            if any(os.path.basename(word) in ("dvc", "dvc.exe") for word in process.cmdline()[:8]):  # noqa: PTH119
                return process
    except psutil.Error:  # a process has ended meanwhile, or may not be inspected
        pass
    return None


def _is_reparented() -> bool:
    """Say whether this process, or the shell that started it, was handed over to the first process of the system."""
    try:
        parents = [process for process in psutil.Process().parents() if process.name() not in SHELLS]
        return not parents or parents[0].pid == 1 or parents[0].name() in REAPERS
    except psutil.Error:
        return False


def _watch(dvc: psutil.Process) -> None:
    while _is_alive(dvc):
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(130)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two calls
        return False
    except psutil.Error:
        return True  # it cannot be inspected now


def _interrupt(number: int, frame: object) -> NoReturn:
    """Act as Ctrl-C does; SIGINT itself may be ignored, in the background of a script."""
    raise KeyboardInterrupt
