"""Ends a process that waits in native code, where none of its own threads can run."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def time_limit(seconds: float, sentence: str) -> Iterator[None]:
    """Kill this process, and print a sentence, where the block takes longer."""
    command = [sys.executable, "-m", "denoising.cluster.time_limit", str(os.getpid()), str(seconds), sentence]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as watching:  # noqa: S603 - this program itself
        try:
            yield
        finally:
            watching.communicate()  # closes the pipe


def main() -> None:
    """Kill a process after some seconds, unless standard input is closed before: by that process, or with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    number, seconds, sentence = sys.argv[1:]
    if not select.select([sys.stdin], [], [], float(seconds))[0]:
        print(f"\n{sentence}", file=sys.stderr, flush=True)
        os.kill(int(number), signal.SIGKILL)


if __name__ == "__main__":
    main()
