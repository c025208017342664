"""Several workers train together, and end with a sentence when one of them fails: real processes on loopback."""

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from checkout import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("put_back")]
PATIENCE = 30  # seconds, in which all workers of a training that failed have ended


class Team:
    """Workers that were started; what each prints is in a file."""

    def __init__(
        self, pipeline: Checkout, folder: Path, *, count: int = 2, missing: int = -1, wait: float = 600
    ) -> None:
        with ExitStack() as free:
            sockets = [free.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
            self.addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
        self.pipeline, self.folder, self.wait = pipeline, folder, wait
        self.workers = [self.start(number) for number in range(count) if number != missing]

    def start(self, number: int) -> "subprocess.Popen[bytes]":
        config = {"cluster": {"worker": self.addresses}, "task": {"type": "worker", "index": number}}
        environment = {"TF_CONFIG": json.dumps(config), "DENOISING_WORKER_TIMEOUT": str(self.wait)}
        with (self.folder / f"{number}.txt").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "stages.train"],
                cwd=self.pipeline.folder,
                env={**self.pipeline.environment, **environment},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def said(self, number: int) -> str:
        return (self.folder / f"{number}.txt").read_text(errors="replace")

    def end(self, seconds: float) -> list[int]:
        """Return the statuses of all workers, which must end in time."""
        until = time.monotonic() + seconds
        try:
            return [worker.wait(max(0.1, until - time.monotonic())) for worker in self.workers]
        finally:
            for worker in self.workers:
                worker.kill()

    def wait_for_an_epoch(self) -> None:
        """Return when a checkpoint was written, that of an earlier team replaced."""
        folder, began = self.pipeline.folder / ".dvc/tmp/training", time.time()
        while not any(path.stat().st_mtime > began for path in folder.glob("[!.]*.npz")):
            assert all(worker.poll() is None for worker in self.workers), [self.said(number) for number in range(2)]
            time.sleep(0.02)


def outcome(pipeline: Checkout) -> tuple[bytes, str]:
    return (pipeline.folder / "models/denoiser.h5").read_bytes(), pipeline.read("reports/training/metrics.json")


def psnr(pipeline: Checkout) -> float:
    return float(json.loads(pipeline.read("reports/training/metrics.json"))["validation"]["psnr"])


def test_workers_learn_what_one_learns_with_the_same_bytes_each_time(pipeline: Checkout, tmp_path: Path) -> None:
    pipeline.set("architecture", "dncnn\n  filters: 4\n  depth: 4")  # which normalises over batches
    pipeline.set("loss", "mean_squared_error")
    pipeline.set("epochs", "2")
    assert pipeline.run(sys.executable, "-m", "stages.train").returncode == 0
    alone, outcomes = psnr(pipeline), []
    for count in (2, 2, 3):
        team = Team(pipeline, tmp_path, count=count)
        assert team.end(300) == [0] * count, [team.said(number) for number in range(count)]
        assert psnr(pipeline) == pytest.approx(alone, abs=0.02)
        outcomes.append(outcome(pipeline))
    assert outcomes[0] == outcomes[1]


def test_when_a_worker_fails_the_others_end_and_name_it_and_the_next_start_resumes(
    pipeline: Checkout, tmp_path: Path
) -> None:
    pipeline.set("epochs", "20")  # more than the four that fail can complete
    team = Team(pipeline, tmp_path)
    assert team.end(300) == [0, 0]
    undisturbed = outcome(pipeline)
    for number, sent, what in (
        (1, signal.SIGKILL, "has ended"),
        (0, signal.SIGKILL, "has ended"),
        (1, signal.SIGSTOP, "has been silent for 15 seconds"),
        (0, signal.SIGINT, "was interrupted"),
    ):
        team = Team(pipeline, tmp_path)
        team.wait_for_an_epoch()
        team.workers[number].send_signal(sent)
        assert team.workers[1 - number].wait(PATIENCE) == 1
        name = f"worker {number} ({team.addresses[number]})"
        assert f"The training has ended: {name} {what}. Start all workers again" in team.said(1 - number)
        team.workers[number].send_signal(signal.SIGCONT)
        assert 0 not in team.end(PATIENCE)
    team = Team(pipeline, tmp_path)
    assert team.end(300) == [0, 0]
    assert "Resuming after epoch" in team.said(0)
    assert outcome(pipeline) == undisturbed


@pytest.mark.parametrize("missing", [0, 1])
def test_a_worker_that_does_not_come_is_named_and_not_waited_for_for_ever(
    pipeline: Checkout, tmp_path: Path, missing: int
) -> None:
    team = Team(pipeline, tmp_path, missing=missing, wait=11)
    assert team.end(120) == [1]
    said = team.said(1 - missing)
    name = f"worker {missing} ({team.addresses[missing]})"
    assert f"Waiting for {name}." in said
    assert f"Waited for {name} for 11 seconds." in said


def test_workers_with_other_parameters_do_not_begin(pipeline: Checkout, tmp_path: Path) -> None:
    team = Team(pipeline, tmp_path, missing=0)
    time.sleep(6)  # until it has read its parameters
    pipeline.set("epochs", "3")
    team.workers.append(team.start(0))
    assert team.end(120) == [1, 1]
    for number in (0, 1):
        assert f"worker 1 ({team.addresses[1]}) has other parameters than worker 0" in team.said(number)
