import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Never

import psutil

from stages.parent_watch import _is_alive

ROOT = Path(__file__).parents[2]
STAGE = """
import subprocess, sys, time
from stages.parent_watch import exit_with_parent
try:
    exit_with_parent()
    print("began", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("ended", flush=True)
"""
# As DVC does it: a shell between the two; and as in the background of a script, where Ctrl-C is ignored.
DVC = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
subprocess.run(f"'{sys.executable}' -c '{sys.argv[1]}'; true", shell=True)
"""


def test_a_stage_ends_when_its_dvc_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "dvc"
    program.write_text(DVC)
    command = [sys.executable, str(program), STAGE]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as dvc:
        assert dvc.stdout
        assert dvc.stdout.readline() == "began\n"
        dvc.send_signal(signal.SIGKILL)
        began = time.monotonic()
        assert dvc.stdout.read() == "ended\n"
    assert time.monotonic() - began < 30  # not when its sleep was over


CHECK = "from stages.parent_watch import exit_with_parent\nexit_with_parent()\nprint('began')"


def test_a_stage_whose_dvc_has_ended_already_does_not_begin(tmp_path: Path) -> None:
    """The shell that starts it ends at once, so that it is an orphan, as after a `kill -9` of DVC and its shell."""
    output = tmp_path / "output"
    output.touch()
    code = f"import time\ntime.sleep(1)\n{CHECK}"
    command = f"'{sys.executable}' -c \"$CODE\" > '{output}' 2>&1 &"
    environment = {"PYTHONPATH": str(ROOT), "DVC_STAGE": "train", "CODE": code}
    subprocess.run(["sh", "-c", command], env=environment, check=True)
    deadline = time.monotonic() + 30
    while not output.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "KeyboardInterrupt" in output.read_text()
    assert "began" not in output.read_text()


def test_a_stage_that_a_program_runs_through_dvc_as_a_library_begins() -> None:
    environment = {"PYTHONPATH": str(ROOT), "DVC_STAGE": "train"}
    command = ["sh", "-c", f"'{sys.executable}' -c \"{CHECK}\"; true"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout == "began\n"


def test_the_watch_survives_a_process_that_ends_between_two_looks() -> None:
    class Ended(psutil.Process):
        def is_running(self) -> bool:
            return True

        def status(self) -> Never:
            raise psutil.NoSuchProcess(self.pid)

    assert _is_alive(psutil.Process())
    assert not _is_alive(Ended())


def test_a_stage_started_by_hand_is_not_ended(tmp_path: Path) -> None:
    program = tmp_path / "shell"
    program.write_text(DVC)
    short = STAGE.replace("60", "1.5")
    done = subprocess.run([sys.executable, str(program), short], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "began\n"
