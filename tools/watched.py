"""Run DVC, and end it with the program that started it.

python -m tools.watched PROCESS dvc ARGUMENT ...    # PROCESS: the number of that program
"""

import os
import signal
import sys
import threading
import time

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 10  # for an interrupt to end DVC


def end_with(parent: int) -> None:
    """Interrupt DVC and its stage when `parent`, which started this process in a session of its own, is gone."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.killpg(0, signal.SIGINT)  # DVC itself waits for its stage
    time.sleep(PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(int(sys.argv[1]),), daemon=True).start()
    from dvc.cli import main as dvc  # takes a second

    sys.exit(dvc(sys.argv[3:]))
