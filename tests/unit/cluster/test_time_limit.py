import subprocess
import sys

HELD_UP = """
import ctypes, sys
from denoising.cluster.time_limit import time_limit

with time_limit(float(sys.argv[1]), "It took too long."):
    ctypes.PyDLL(None).usleep(int(float(sys.argv[2]) * 1e6))  # which holds the interpreter's lock, as TensorFlow does
print("done")
"""


def held_up(limit: float, seconds: float) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", HELD_UP, str(limit), str(seconds)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_what_takes_too_long_is_killed_with_a_sentence() -> None:
    done = held_up(0.5, 30)
    assert done.returncode == -9
    assert (done.stdout, done.stderr) == ("", "\nIt took too long.\n")


def test_what_is_done_in_time_goes_on() -> None:
    done = held_up(30, 0.1)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
