"""Trains with several workers on this machine, each a process that listens on loopback."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from denoising.cluster.members import TF_CONFIG
from denoising.errors import DenoisingError
from denoising.io.tables import read_summary
from stages.paths import DENOISER, TRAINING_SUMMARY

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Training:
    """Seconds from the first start to the last end, CPU seconds of all workers, PSNR in decibels, and the model."""

    seconds: float
    cpu_seconds: float
    psnr: float
    sha256: str


def configurations(count: int) -> list[str]:
    """Return TF_CONFIG for each of the workers of one training, at ports that are free."""
    with ExitStack() as open_now:
        servers = [open_now.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(count)]
        addresses = [f"{LOOPBACK}:{server.getsockname()[1]}" for server in servers]
    return [
        json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}})
        for number in range(count)
    ]


def train(checkout: Path, *, workers: int) -> Training:
    """Train in a checkout whose data is prepared; raises `DenoisingError` with what a worker said that failed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / f"{number}.txt" for number in range(workers)]
        started: list[subprocess.Popen[bytes]] = []
        cpu_seconds, statuses = 0.0, []
        try:
            for configuration, output in zip(configurations(workers), said, strict=True):
                started.append(_start(checkout, configuration, output))
            for process in started:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                statuses.append(process.returncode)
                cpu_seconds += usage.ru_utime + usage.ru_stime
        finally:
            for process in started:
                process.terminate()  # does nothing to one that has ended
                process.wait()
        seconds = time.monotonic() - began
        if any(statuses):
            texts = [path.read_text(encoding="utf-8", errors="replace").strip() for path in said]
            raise DenoisingError("The workers failed.\n" + "\n".join(dict.fromkeys(texts)))
    summary = read_summary(checkout / TRAINING_SUMMARY)
    checksum = hashlib.sha256((checkout / DENOISER).read_bytes()).hexdigest()
    return Training(seconds, cpu_seconds, summary["validation"]["psnr"], checksum)


def _start(checkout: Path, configuration: str, output: Path) -> "subprocess.Popen[bytes]":
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "stages.train"],
            cwd=checkout,
            env={**os.environ, TF_CONFIG: configuration},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
