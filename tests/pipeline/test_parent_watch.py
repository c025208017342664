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


def test_a_stage_whose_dvc_has_ended_already_does_not_begin(tmp_path: Path) -> None:
    code = "from stages.parent_watch import exit_with_parent\nexit_with_parent()\nprint('began')"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(ROOT), "DVC_STAGE": "train"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout == ""
    assert "KeyboardInterrupt" in done.stderr


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
