"""Runs DVC so that it ends with the program that started it, together with its stage.

python -m tools.watched PROCESS dvc ARGUMENT ...    # PROCESS: the number of that program
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tools.commands import environment

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 30  # for an interrupt to end DVC and its stage
Output = IO[bytes] | int | None  # as `subprocess` takes it


def run_dvc(*arguments: str) -> int:
    """Run DVC here, and return its status."""
    with started_dvc(*arguments, folder=Path()) as process:
        return process.wait()


@contextmanager
def started_dvc(*arguments: str, folder: Path, output: Output = None) -> Iterator["subprocess.Popen[bytes]"]:
    """Start DVC in a folder; end it and its stage with the block, or when this program is killed.

    It has a session of its own: Ctrl-C reaches this program alone.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.watched", str(os.getpid()), "dvc", *arguments],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End DVC and its stage, if they still run: DVC alone would wait for its stage."""
    until = time.monotonic() + PATIENCE_SECONDS
    for wanted in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, wanted)
            while time.monotonic() < until or wanted == signal.SIGKILL:
                process.poll()
                os.killpg(process.pid, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            break
    process.wait()


def _end_with(parent: int) -> None:
    """Interrupt DVC and its stage when `parent`, which started this process, is gone."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.killpg(0, signal.SIGINT)
    time.sleep(PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    from dvc.cli import main as dvc  # takes a second

    sys.exit(dvc(sys.argv[3:]))
