import errno
import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stages.lib.failure import Mistake
from stages.lib.files import replacing

ROOT = Path(__file__).parent.parent


def test_a_file_appears_under_its_name_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "model.h5"
    with replacing(target) as (partial,):
        partial.write_text("half")
        assert not target.exists()
        assert partial.suffix == ".h5"
        partial.write_text("whole")
    assert target.read_text() == "whole"
    assert os.listdir(target.parent) == ["model.h5"]


def test_a_folder_replaces_another(tmp_path: Path) -> None:
    target = tmp_path / "data"
    target.mkdir()
    (target / "old").touch()
    with replacing(target) as (partial,):
        partial.mkdir()
        (partial / "new").touch()
    assert os.listdir(target) == ["new"]


@pytest.mark.parametrize("error", [Mistake("wrong"), OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there(error: BaseException, tmp_path: Path) -> None:
    target = tmp_path / "model.h5"
    target.write_text("good")
    with pytest.raises(type(error)), replacing(target) as (partial,):
        partial.write_text("half")
        raise error
    assert target.read_text() == "good"
    assert os.listdir(tmp_path) == ["model.h5"]


def test_several_targets_are_put_in_place_together(tmp_path: Path) -> None:
    with replacing(tmp_path / "a" / "one", tmp_path / "b" / "two") as (one, two):
        one.write_text("1")
        assert not (tmp_path / "a" / "one").exists()
        two.mkdir()
    assert (tmp_path / "a" / "one").read_text() == "1"
    assert (tmp_path / "b" / "two").is_dir()


def test_what_a_dead_process_left_is_swept_away_but_nothing_of_a_living_one(tmp_path: Path) -> None:
    target = tmp_path / "model.h5"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, others = tmp_path / f".partial-{dead.pid}-model.h5", tmp_path / f".partial-{os.getppid()}-model.h5"
    for path in (left, others):
        path.write_text("half")
    with replacing(target) as (partial,):
        partial.write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([others.name, "model.h5"])


def test_a_stage_waits_for_one_that_is_still_at_work(tmp_path: Path) -> None:
    code = """
import time
from stages.lib import failure

def main():
    print("in", flush=True)
    time.sleep(2)
    print("out")

failure.run_stage(main)
"""
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    start = functools.partial(
        subprocess.Popen, [sys.executable, "-c", code], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    with start() as first:
        assert first.stdout
        assert first.stdout.readline() == "in\n"
        with start() as second:
            waited, _ = second.communicate()
    assert waited == f"Waiting for process {first.pid}, a stage of an earlier run that is still at work.\nin\nout\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    code = (
        "from stages.lib import failure\ndef main():\n with open('/dev/full','w') as f: f.write('x')\nfailure.run(main)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "The machine refused: No space left on device. Mend that and run `dvc repro` again."
