import errno
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
    with replacing(target) as partial:
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
    with replacing(target) as partial:
        partial.mkdir()
        (partial / "new").touch()
    assert os.listdir(target) == ["new"]


@pytest.mark.parametrize("error", [Mistake("wrong"), OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there(error: BaseException, tmp_path: Path) -> None:
    target = tmp_path / "model.h5"
    target.write_text("good")
    with pytest.raises(type(error)), replacing(target) as partial:
        partial.write_text("half")
        raise error
    assert target.read_text() == "good"
    assert os.listdir(tmp_path) == ["model.h5"]


def test_what_a_killed_process_left_is_swept_away_and_cannot_be_published(tmp_path: Path) -> None:
    target = tmp_path / "model.h5"
    with pytest.raises(FileNotFoundError), replacing(target) as orphan:
        orphan.write_text("old")
        code = "from pathlib import Path; from stages.lib.files import replacing\n"
        code += f"with replacing(Path({str(target)!r})) as partial: partial.write_text('new')"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    assert target.read_text() == "new"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    code = (
        "from stages.lib import failure\ndef main():\n with open('/dev/full','w') as f: f.write('x')\nfailure.run(main)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "The machine refused: No space left on device. Mend that and run `dvc repro` again."
