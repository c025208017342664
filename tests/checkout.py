"""A small copy of this project to run for real: the digits of scikit-learn without augmented copies, one epoch."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.paths import CHECKPOINTS
from tools.verify import TIMED

ROOT = Path(__file__).parents[1]
SMALL = {
    "source": "digits",
    "augmented_copies": "0",
    "epochs": "1",
    "methods": "[median, gaussian]",
    "factors": "[0.0, 0.5]",
    "images": "40",
    "tuning_images": "4",
    "factor_tuning_images": "4",
    "factor_images": "20",
    "noise_draws": "3",
    "bootstrap_resamples": "100",
    "columns": "4",
    "dpi": "40",
}
SCRATCH = ".dvc/tmp"  # Git ignores it: what a test leaves here does not count as a change
NOBODY = "http://127.0.0.1:9"  # the discard port, where no one listens


@dataclass(frozen=True)
class Checkout:
    """A folder with the project's files, with its own DVC cache, and nothing of the user's."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, *, git: bool = True, **parameters: str) -> "Checkout":
        if not (ROOT / ".git").exists():
            pytest.skip("needs a clone: a download without .git does not say which files are the project's")
        files = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(["git", *files], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listing.split("\0")):
            if (ROOT / name).is_file() and not name.startswith(("reports/", "tests/", "dvc.lock")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        checkout = cls(folder)
        for name, value in {**SMALL, **parameters}.items():
            checkout.set(name, value)
        if git:
            checkout.run("git", "init", "--quiet")
            checkout.run("git", "config", "user.name", "Test")  # DVC needs them too, for experiments
            checkout.run("git", "config", "user.email", "test@example.org")
            checkout.commit("Begin")
        return checkout

    def copy(self, folder: Path) -> "Checkout":
        """Return another checkout that holds the same, its DVC cache included."""
        shutil.copytree(self.folder, folder)
        return Checkout(folder)

    def set(self, name: str, value: str) -> None:
        """Change the first parameter called `name` in params.yaml."""
        path = self.folder / "params.yaml"
        changed, count = re.subn(
            rf"^( +{name}:)( \S+|.*(\n +- \S+)+)", rf"\1 {value}", path.read_text(), count=1, flags=re.MULTILINE
        )
        assert count == 1, f"no parameter {name}"
        path.write_text(changed)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DVC_", "DENOISING_"))
        }
        return {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]]),
            "PYTHONPATH": "",
            "DENOISING_CACHE": str(self.folder / SCRATCH / "no-cache"),
            "DENOISING_MIRRORS": NOBODY,
            "KERAS_HOME": str(self.folder / SCRATCH / "no-keras"),
        }

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command here, its standard error among its output."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a command here in a process group of its own, to be killed."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, start_new_session=True, stdout=quiet, stderr=quiet
        )

    def dvc(self, *arguments: str) -> str:
        """Return what a DVC command prints; fail if it fails."""
        done = self.run("dvc", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        done = self.run("git", "commit", "--quiet", "--message", message)
        assert done.returncode == 0, done.stdout

    def lock(self) -> dict[str, Any]:
        """Return dvc.lock without what differs from run to run: a file that holds a time."""
        lock: dict[str, Any] = yaml.safe_load(self.read("dvc.lock"))["stages"]
        lock["export"]["outs"] = [out["path"] for out in lock["export"]["outs"] if out["path"] in TIMED] + [
            out for out in lock["export"]["outs"] if out["path"] not in TIMED
        ]
        return lock

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


def build_once(shared: Path) -> Checkout:
    """Return the checkout in a folder that all test processes share, with the pipeline run and committed."""
    with (shared / "reproduced.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder, done = shared / "reproduced", shared / "reproduced.done"
        if not done.exists():
            folder.mkdir()
            checkout = Checkout.create(folder)
            done.write_text(checkout.dvc("repro"))
            checkout.commit("Run")
    return Checkout(folder)


def stages_run(output: str) -> list[str]:
    """Return the stages that a DVC command ran, in order."""
    return re.findall(r"^Running stage '(\w+)'", output, flags=re.MULTILINE)


def kill_after_an_epoch(checkout: Checkout, *command: str) -> None:
    """Start a command that trains, and kill it and all that it started as soon as there is a checkpoint."""
    assert not checkpoints(checkout)
    victim = checkout.start(*command)
    wait_for_checkpoint(checkout, victim)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()


def wait_for_checkpoint(checkout: Checkout, training: "subprocess.Popen[bytes]") -> None:
    while not checkpoints(checkout):
        assert training.poll() is None, "it ended before there was a checkpoint"
        time.sleep(0.02)


def checkpoints(checkout: Checkout) -> list[Path]:
    return list((checkout.folder / CHECKPOINTS).glob("[!.]*.npz"))
