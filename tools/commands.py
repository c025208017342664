"""Runs DVC and Git as other programs do."""

import os
import subprocess
import sys
from pathlib import Path

from denoising.errors import DenoisingError

DVC = (sys.executable, "-m", "dvc")


def dvc(checkout: Path, *arguments: str, capture_output: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run DVC in a checkout, with the stages using the Python of this process and its folder of data sets."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    chosen = os.environ.get("DENOISING_CACHE")
    cache = {"DENOISING_CACHE": os.path.abspath(os.path.expanduser(chosen))} if chosen else {}  # noqa: PTH100, PTH111
    environment = {**os.environ, "PATH": path, **cache}
    return subprocess.run(
        [*DVC, *arguments], cwd=checkout, env=environment, capture_output=capture_output, text=True, check=False
    )


def git(*arguments: str) -> str:
    """Return what a Git command prints; raises `DenoisingError` where it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise DenoisingError(f"git {arguments[0]} failed: {done.stderr.strip().rstrip('.')}.")
    return done.stdout


def committed(path: Path) -> bytes:
    """Return the content of a file in the last commit; raises `DenoisingError` where there is none."""
    shown = subprocess.run(["git", "show", f"HEAD:./{path.as_posix()}"], capture_output=True, check=False)
    if shown.returncode:
        raise DenoisingError(f"{path} is not committed: an experiment needs a Git repository with a commit.")
    return shown.stdout
