"""Run DVC, and end it with the program that started it.

python -m tools.watched dvc ARGUMENT ...
"""

import os
import signal
import sys
import threading
import time

from dvc.cli import main as dvc

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 10  # for an interrupt to end DVC


def end_with(parent: int) -> None:
    """Interrupt this process when `parent`, which started it, is there no more."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(PATIENCE_SECONDS)
    os._exit(130)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    sys.exit(dvc(sys.argv[2:]))
