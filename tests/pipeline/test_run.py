import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_a_stage_waits_for_one_that_is_still_at_work(tmp_path: Path) -> None:
    code = """
from stages.run import run, stage_lock

def main():
    with stage_lock("train"):
        print("in", flush=True)
        input()

run(main)
"""
    start = functools.partial(
        subprocess.Popen,
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with start() as first:
        assert first.stdout
        assert first.stdout.readline() == "in\n"
        with start() as second:
            assert second.stdout
            waits = f"Waiting for process {first.pid}, this stage of an earlier run, which is still running.\n"
            assert second.stdout.readline() == waits
            first.communicate("\n")
            assert second.communicate("\n")[0] == "in\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence_and_a_traceback_in_the_logs(tmp_path: Path) -> None:
    code = "from stages.run import run\ndef main():\n with open('/dev/full','w') as f: f.write('x')\nrun(main)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1
    expected = "System error: No space left on device. Correct this and try again."
    assert done.stderr.strip() == f"{expected} The traceback is in logs/tool-error.log."
    assert "line 3, in main" in (tmp_path / "logs/tool-error.log").read_text()


def test_a_damaged_file_is_named_with_what_makes_it_again(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from denoising.io.tables import read_summary
from stages.run import run
run(lambda: read_summary(Path("nowhere.json")))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("nowhere.json cannot be read")
    assert done.stderr.strip().endswith("`dvc repro` makes or restores it.")


@pytest.mark.parametrize(
    "stage", ["prepare", "train", "baselines", "classifier", "evaluate", "export", "plot", "report"]
)
def test_every_stage_checks_all_sections_before_its_heavy_imports(stage: str, tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace("columns: 10", "columns: ten"), encoding="utf-8")
    command = [sys.executable, "-X", "importtime", "-m", f"stages.{stage}"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'plot.columns: "ten" is not a whole number' in done.stderr
    assert not any(f" {name}\n" in done.stderr for name in ("tensorflow", "keras", "matplotlib", "scipy"))


def test_two_stages_do_not_wait_for_each_other(tmp_path: Path) -> None:
    code = "from stages.run import stage_lock\nwith stage_lock('train'), stage_lock('plot'): print('both')"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.stdout == "both\n"
