import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from denoising.errors import DenoisingError
from denoising.io.atomic import replacing


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


@pytest.mark.parametrize(
    "error", [DenoisingError("wrong"), OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()]
)
def test_a_failure_leaves_the_old_file(error: BaseException, tmp_path: Path) -> None:
    target = tmp_path / "model.h5"
    target.write_text("good")
    with pytest.raises(type(error)), replacing(target) as (partial,):
        partial.write_text("half")
        raise error
    assert target.read_text() == "good"
    assert os.listdir(tmp_path) == ["model.h5"]


def test_several_targets_are_replaced_together(tmp_path: Path) -> None:
    with replacing(tmp_path / "a" / "one", tmp_path / "b" / "two") as (one, two):
        one.write_text("1")
        assert not (tmp_path / "a" / "one").exists()
        two.mkdir()
    assert (tmp_path / "a" / "one").read_text() == "1"
    assert (tmp_path / "b" / "two").is_dir()


def test_leftovers_of_ended_processes_are_removed_and_those_of_running_ones_kept(tmp_path: Path) -> None:
    target = tmp_path / "model.h5"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, others = tmp_path / f".partial-{dead.pid}-model.h5", tmp_path / f".partial-{os.getppid()}-model.h5"
    for path in (left, others):
        path.write_text("half")
    with replacing(target) as (partial,):
        partial.write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([others.name, "model.h5"])


def test_files_whose_names_end_alike_do_not_meet(tmp_path: Path) -> None:
    with replacing(tmp_path / "x-a.png") as (other,):
        other.write_text("other")
        with replacing(tmp_path / "a.png") as (partial,):
            partial.write_text("one")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.png": "one", "x-a.png": "other"}


def test_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/original.png").write_text("mine")
    with pytest.raises(IsADirectoryError), replacing(tmp_path / "scans") as (partial,):
        partial.write_text("a file")
    assert [path.name for path in tmp_path.rglob("*")] == ["scans", "original.png"]


@pytest.mark.parametrize("name", ["a" * 250 + ".png", "图" * 80 + ".png", "a[1].png"])
def test_names_may_be_long_and_contain_patterns(tmp_path: Path, name: str) -> None:
    with replacing(tmp_path / name) as (partial,):
        partial.write_text("whole")
        assert partial.suffix == ".png"
    assert [path.name for path in tmp_path.iterdir()] == [name]
