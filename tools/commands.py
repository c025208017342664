"""Runs DVC and Git as other programs do."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from denoising.cluster.members import TF_CONFIG
from denoising.errors import DenoisingError

DVC = (sys.executable, "-m", "dvc")


def environment() -> dict[str, str]:
    """Return the environment in which stages use the Python of this process and its folder of data sets."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    chosen = os.environ.get("DENOISING_CACHE")
    cache = {"DENOISING_CACHE": os.path.abspath(os.path.expanduser(chosen))} if chosen else {}  # noqa: PTH100, PTH111
    return {**os.environ, "PATH": path, **cache}


def dvc(checkout: Path, *arguments: str, capture_output: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run DVC in a checkout."""
    return subprocess.run(
        [*DVC, *arguments], cwd=checkout, env=environment(), capture_output=capture_output, text=True, check=False
    )


def git(*arguments: str) -> str:
    """Return what a Git command prints; raises `DenoisingError` where it fails. Ctrl-C does not end it."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, start_new_session=True)
    if done.returncode:
        raise DenoisingError(f"git {arguments[0]} failed: {done.stderr.strip().rstrip('.') or 'no output'}.")
    return done.stdout


def experiment_reference(commit: str, name: str = "") -> str:
    """Return the Git reference in which DVC keeps an experiment on a commit; without a name, that of their folder."""
    return f"refs/exps/{commit[:2]}/{commit[2:]}/{name}"


def experiments(commit: str) -> dict[str, str]:
    """Return the Git references of the experiments on a commit, by name."""
    folder = experiment_reference(commit)
    found = git("for-each-ref", "--format=%(refname)", folder).split()
    return {reference.removeprefix(folder): reference for reference in found}


def require_one_worker() -> None:
    """Raise `DenoisingError` where TF_CONFIG says that other machines train along: these trainings have one worker."""
    if os.environ.get(TF_CONFIG):
        raise DenoisingError("TF_CONFIG is set, but each of these trainings has one worker: `unset TF_CONFIG` first.")


def require_unchanged(*, but: Sequence[Path] = ()) -> None:
    """Raise `DenoisingError` where tracked files, but some, have changes that are not committed."""
    left_out = [f":(exclude){path.as_posix()}" for path in but]
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", *left_out).rstrip()
    if changed:
        raise DenoisingError(
            "Commit these first, or restore them with `git restore --staged --worktree .`: all runs should start from "
            f"the same files.\n{changed}"
        )


def committed(path: Path) -> bytes:
    """Return the content of a file in the last commit; raises `DenoisingError` where there is none."""
    shown = subprocess.run(["git", "show", f"HEAD:./{path.as_posix()}"], capture_output=True, check=False)
    if shown.returncode:
        raise DenoisingError(f"{path} is not committed: an experiment needs a Git repository with a commit.")
    return shown.stdout
