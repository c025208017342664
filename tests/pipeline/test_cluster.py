"""Several workers train together, and end with a sentence when one of them fails: real processes on loopback."""

import json
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from checkout import Checkout, checkpoints

from benchmarks.workers import configurations
from denoising.cluster.members import TF_CONFIG

pytestmark = pytest.mark.slow
PATIENCE = 30  # seconds, in which all workers of a training that failed have ended


class Team:
    """Workers that were started; what each prints is in a file."""

    started: ClassVar[list["subprocess.Popen[bytes]"]] = []  # by any team of a test

    def __init__(
        self,
        pipeline: Checkout,
        folder: Path,
        *,
        count: int = 2,
        missing: int = -1,
        wait: float = 600,
        within: Sequence[str] = (),
    ) -> None:
        self.pipeline, self.folder, self.wait, self.within = pipeline, folder, wait, within
        self.configurations = configurations(count)
        self.addresses: list[str] = json.loads(self.configurations[0])["cluster"]["worker"]
        self.workers = [self.start(number) for number in range(count) if number != missing]

    def start(self, number: int, *, folder: Path | None = None) -> "subprocess.Popen[bytes]":
        """Start a worker in the folder of the pipeline, or in another one."""
        environment = {TF_CONFIG: self.configurations[number], "DENOISING_WORKER_TIMEOUT": str(self.wait)}
        with (self.folder / f"{number}.txt").open("wb") as said:
            worker = subprocess.Popen(
                [*self.within, sys.executable, "-m", "stages.train"],
                cwd=folder or self.pipeline.folder,
                env={**self.pipeline.environment, **environment},
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self.started.append(worker)
        return worker

    def said(self, number: int) -> str:
        return (self.folder / f"{number}.txt").read_text(errors="replace")

    def name(self, number: int) -> str:
        return f"worker {number} ({self.addresses[number]})"

    def wait_until_said(self, number: int, words: str) -> None:
        until = time.monotonic() + 120
        while words not in self.said(number):
            assert time.monotonic() < until, self.said(number)
            time.sleep(0.05)

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
        began = time.time()
        while not any(path.stat().st_mtime > began for path in checkpoints(self.pipeline)):
            assert all(worker.poll() is None for worker in self.workers), list(map(self.said, range(len(self.workers))))
            time.sleep(0.02)


@pytest.fixture(autouse=True)
def _no_worker_is_left(put_back: None) -> Iterator[None]:
    """End what a test that failed has left, before the pipeline is put back."""
    yield
    while Team.started:
        worker = Team.started.pop()
        worker.kill()
        worker.wait()


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
    pipeline.set("epochs", "30")  # more than those that fail can complete
    team = Team(pipeline, tmp_path)
    assert team.end(300) == [0, 0]
    undisturbed = outcome(pipeline)
    for number, sent, what in (
        (1, signal.SIGKILL, "has ended"),
        (0, signal.SIGKILL, "has ended"),
        (1, signal.SIGSTOP, "has been silent for 15 seconds"),
        (0, signal.SIGSTOP, "has been silent for 15 seconds"),
        (0, signal.SIGINT, "was interrupted"),
        (1, signal.SIGTERM, "was interrupted"),
    ):
        team = Team(pipeline, tmp_path)
        team.wait_for_an_epoch()
        team.workers[number].send_signal(sent)
        assert team.workers[1 - number].wait(PATIENCE) == 1
        assert f"The training has ended: {team.name(number)} {what}. Start all workers again" in team.said(1 - number)
        team.workers[number].send_signal(signal.SIGCONT)
        assert 0 not in team.end(PATIENCE)
    team = Team(pipeline, tmp_path)
    assert team.end(300) == [0, 0]
    assert "Resuming after epoch" in team.said(0)
    assert outcome(pipeline) == undisturbed


@pytest.fixture
def own_network() -> Iterator[list[str]]:
    """Yield what starts a command in a network of its own, which has the loopback interface alone."""
    try:
        holder = subprocess.Popen(["unshare", "-rn", "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE)
    except FileNotFoundError:
        pytest.skip("needs the command unshare of Linux")
    try:
        assert holder.stdout
        holder.stdout.readline()  # it is there
        within = ["nsenter", f"--target={holder.pid}", "--user", "--preserve-credentials", "--net"]
        up = [*within, "ip", "link", "set", "lo", "up"]
        if not shutil.which("nsenter") or not shutil.which("ip") or subprocess.run(up, capture_output=True).returncode:
            pytest.skip("needs network namespaces, and the commands nsenter and ip")
        yield within
    finally:
        holder.kill()
        holder.communicate()


def test_where_the_network_fails_all_end_and_the_next_start_resumes(
    pipeline: Checkout, tmp_path: Path, own_network: list[str]
) -> None:
    pipeline.set("epochs", "12")
    assert Team(pipeline, tmp_path, within=own_network).end(300) == [0, 0]
    undisturbed = outcome(pipeline)
    team = Team(pipeline, tmp_path, within=own_network)
    team.wait_for_an_epoch()
    subprocess.run([*own_network, "ip", "link", "set", "lo", "down"], check=True)
    assert team.end(PATIENCE) == [1, 1]
    for number in (0, 1):
        assert f"The training has ended: {team.name(1 - number)} has been silent for 15 seconds" in team.said(number)
    subprocess.run([*own_network, "ip", "link", "set", "lo", "up"], check=True)
    again = Team(pipeline, tmp_path, within=own_network)
    assert again.end(300) == [0, 0]
    assert "Resuming after epoch" in again.said(0)
    assert outcome(pipeline) == undisturbed


@pytest.mark.parametrize("missing", [0, 1])
def test_a_worker_that_does_not_come_is_named_and_not_waited_for_for_ever(
    pipeline: Checkout, tmp_path: Path, missing: int
) -> None:
    team = Team(pipeline, tmp_path, missing=missing, wait=11)
    assert team.end(120) == [1]
    said = team.said(1 - missing)
    assert f"Waiting for {team.name(missing)}." in said
    assert f"Waited for {team.name(missing)} for 11 seconds." in said


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_wait_can_be_interrupted_and_those_that_wait_too_end(
    pipeline: Checkout, tmp_path: Path, sent: signal.Signals
) -> None:
    team = Team(pipeline, tmp_path, count=3, missing=2)
    team.wait_until_said(0, f"Waiting for {team.name(2)}.")  # so that worker 1 is there
    team.workers[0].send_signal(sent)
    assert team.end(PATIENCE) == [130, 1]
    assert f"The training cannot begin: {team.name(0)} was interrupted." in team.said(1)


def test_an_interrupt_at_one_of_several_moments_ends_all(pipeline: Checkout, tmp_path: Path) -> None:
    """While they start or train, as it happens; a worker that has not come is given up after 15 seconds."""
    pipeline.set("epochs", "300")
    chance = random.Random(1)
    for _ in range(4):
        team = Team(pipeline, tmp_path, wait=15)
        time.sleep(chance.uniform(0.5, 12))
        assert all(worker.poll() is None for worker in team.workers), [team.said(0), team.said(1)]
        team.workers[chance.randrange(2)].send_signal(signal.SIGINT)
        assert 0 not in team.end(120), [team.said(0), team.said(1)]  # they may still start, and wait then


def test_where_one_is_missing_all_others_name_it(pipeline: Checkout, tmp_path: Path) -> None:
    team = Team(pipeline, tmp_path, count=3, missing=2, wait=40)
    assert team.end(120) == [1, 1]
    for number in (0, 1):
        assert f"Waited for {team.name(2)} for 40 seconds." in team.said(number)


def test_of_three_workers_two_end_when_one_is_killed(pipeline: Checkout, tmp_path: Path) -> None:
    pipeline.set("epochs", "20")
    team = Team(pipeline, tmp_path, count=3)
    team.wait_for_an_epoch()
    team.workers[2].kill()
    assert team.end(PATIENCE) == [1, 1, -signal.SIGKILL]
    for number in (0, 1):
        assert f"The training has ended: {team.name(2)} has ended." in team.said(number)


def test_a_worker_whose_port_is_taken_says_so_to_all(pipeline: Checkout, tmp_path: Path) -> None:
    team = Team(pipeline, tmp_path, missing=1)
    host, port = team.addresses[1].split(":")
    with socket.create_server((host, int(port))):
        team.workers.append(team.start(1))
        assert team.end(120) == [1, 1]
    for number in (0, 1):
        assert f"Cannot listen as {team.name(1)}: address already in use" in team.said(number)


def other_parameters(folder: Path) -> None:
    Checkout(folder).set("epochs", "3")


def other_code(folder: Path) -> None:
    with (folder / "denoising/training/losses.py").open("a") as file:
        file.write("# changed\n")


def other_data(folder: Path) -> None:
    path = folder / "data/prepared/clean/train.npy"
    images = np.load(path)
    path.unlink()  # DVC may have linked it from its cache
    np.save(path, images[::-1])


def missing_data(folder: Path) -> None:
    (folder / "data/prepared/about.json").unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_parameters, "has other parameters than worker 0"),
        (other_code, "has other code than worker 0"),
        (other_data, "has other data than worker 0"),
        (missing_data, "has failed: data/prepared/about.json cannot be read"),
    ],
)
def test_a_worker_that_would_train_something_else_is_named_to_all(
    pipeline: Checkout, tmp_path: Path, change: Callable[[Path], None], words: str
) -> None:
    elsewhere = pipeline.copy(tmp_path / "elsewhere")
    change(elsewhere.folder)
    team = Team(pipeline, tmp_path, missing=1)
    team.workers.append(team.start(1, folder=elsewhere.folder))
    assert team.end(120) == [1, 1]
    assert f"The training cannot begin: {team.name(1)} {words}" in team.said(0)
    assert words.split(": ")[-1] in team.said(1)
