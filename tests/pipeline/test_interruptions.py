"""A pipeline, a stage or a training that is killed loses nothing and spoils nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from checkout import TIMED, Checkout, checkpoints, kill_after_an_epoch, stages_run, wait_for_checkpoint

from stages.paths import CHECKPOINTS

pytestmark = pytest.mark.usefixtures("put_back")


def test_killed_at_any_moment_the_next_run_works_and_gives_the_same_lock(pipeline: Checkout) -> None:
    before = pipeline.lock()
    chance = random.Random(1)
    for number in range(2):
        victim = pipeline.start("dvc", "repro", "--force")
        time.sleep(chance.uniform(2, 12))
        os.killpg(victim.pid, signal.SIGKILL if number % 2 else signal.SIGINT)
        victim.wait()
    pipeline.dvc("repro")  # that a forced one gives the same bytes, test_verify.py shows
    assert pipeline.lock() == before
    changed = {line[3:] for line in pipeline.run("git", "status", "--porcelain").stdout.splitlines()}
    assert changed <= {"dvc.lock", *TIMED}
    assert not list(pipeline.folder.rglob(".partial-*"))


def test_a_killed_training_goes_on_and_ends_with_the_same_bytes(pipeline: Checkout) -> None:
    train = ("dvc", "repro", "--force", "--single-item", "train")
    unfinished = pipeline.folder / CHECKPOINTS
    names = ["metrics.json", "summary.json", "plots/metrics/train/loss.tsv", "plots/metrics/validation/psnr.tsv"]
    pipeline.set("epochs", "4")
    assert "Resuming" not in pipeline.dvc(*train[1:])
    through = (
        (pipeline.folder / "models/denoiser.h5").read_bytes(),
        [pipeline.read(f"reports/training/{name}") for name in names],
    )
    assert list(unfinished.iterdir()) == []
    kill_after_an_epoch(pipeline, *train)
    assert "Resuming after epoch" in pipeline.dvc(*train[1:])
    assert (pipeline.folder / "models/denoiser.h5").read_bytes() == through[0]
    assert [pipeline.read(f"reports/training/{name}") for name in names] == through[1]
    assert list(unfinished.iterdir()) == []


def started_stage(dvc: "subprocess.Popen[bytes]", name: str) -> psutil.Process:
    """Return the process of a stage as soon as DVC has started it."""
    while dvc.poll() is None:
        for process in psutil.Process(dvc.pid).children(recursive=True):
            with suppress(psutil.Error):
                if process.cmdline()[1:3] == ["-m", f"stages.{name}"]:
                    return process
        time.sleep(0.01)
    raise AssertionError("DVC has ended")


@pytest.mark.slow
def test_a_stage_whose_dvc_is_killed_while_it_imports_spoils_nothing(pipeline: Checkout) -> None:
    """At random moments of the import of TensorFlow; the next run restores the model, and nothing may replace it."""
    before, chance = pipeline.lock(), random.Random(2)
    model = pipeline.folder / "models/denoiser.h5"
    content = model.read_bytes()
    for _ in range(3):
        pipeline.set("epochs", "2")
        victim = pipeline.start("dvc", "repro", "train")
        stage = started_stage(victim, "train")
        time.sleep(chance.uniform(0, 4))
        victim.kill()  # dvc alone
        victim.wait()
        pipeline.run("git", "checkout", "--quiet", "params.yaml")
        pipeline.dvc("repro", "train")
        psutil.wait_procs([stage], timeout=120)
        assert not stage.is_running()
        assert model.read_bytes() == content
        assert pipeline.lock() == before


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_tool_that_is_ended_ends_its_dvc_and_its_stage(pipeline: Checkout, sent: signal.Signals) -> None:
    tool = pipeline.start(sys.executable, "-m", "tools.experiment", "cae", "-S", "train.epochs=100")
    wait_for_checkpoint(pipeline, tool)
    tool.send_signal(sent)
    assert tool.wait(60) != 0
    until = time.monotonic() + 60
    while left := processes_in(pipeline.folder):
        assert time.monotonic() < until, left
        time.sleep(0.2)


def processes_in(folder: Path) -> list[list[str]]:
    """Return the commands that run in a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.cmdline())
    return found


@pytest.mark.slow
def test_an_interrupted_experiment_in_a_temporary_folder_goes_on(pipeline: Checkout) -> None:
    command = ("dvc", "exp", "run", "--temp", "-S", "train.epochs=30")
    kill_after_an_epoch(pipeline, *command)
    assert "Resuming after epoch" in pipeline.dvc(*command[1:], "train")
    assert not checkpoints(pipeline)


def test_a_stage_that_outlives_its_dvc_spoils_nothing(pipeline: Checkout) -> None:
    pipeline.set("epochs", "15")
    victim = pipeline.start("dvc", "repro")
    wait_for_checkpoint(pipeline, victim)  # before the first, DVCLive may hold DVC's database when it is stopped
    victim.kill()  # dvc alone: the training goes on
    victim.wait()
    os.killpg(victim.pid, signal.SIGSTOP)  # until the next run has met it
    pipeline.set("epochs", "3")  # not in the cache yet, so that the stage really runs
    command = ["dvc", "repro", "train"]
    with subprocess.Popen(
        command, cwd=pipeline.folder, env=pipeline.environment, stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout
        output = ""
        try:
            for line in following.stdout:
                output += line
                if "this stage of an earlier run, which is still running" in line:
                    os.killpg(victim.pid, signal.SIGCONT)
        finally:
            with suppress(ProcessLookupError):  # it has ended
                os.killpg(victim.pid, signal.SIGKILL)
    assert following.returncode == 0
    assert "still running" in output
    assert stages_run(output) == ["train"]
    steps = pipeline.read("reports/training/plots/metrics/train/loss.tsv").splitlines()
    assert [line.split("\t")[0] for line in steps] == ["step", "1", "2", "3"]
    assert "up to date" in pipeline.dvc("status", "train")
