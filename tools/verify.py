"""Prove in a clean clone that this code gives the committed results. This is `make verify`.

On the kind of machine that made the results (reports/training/provenance.json) every output must have the hash that
dvc.lock records. Another kind sums floating-point numbers in a different order, and training amplifies the difference:
there the metrics must agree within TOLERANCES.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from denoising.datasets.cache import load_arrays
from denoising.errors import DenoisingError
from denoising.io.tables import read_summary
from stages.parameters.base import read_section
from stages.parameters.prepare import PrepareParameters
from stages.paths import METRICS, PREPARED, TRAINING_PROVENANCE
from stages.run import run

# How far a training on another kind of machine may end from the committed one: twice the largest of what was measured.
# With oneDNN held to AVX2 instead of AVX-512, two data sets of the same kind ended 0.007 and 0.036 dB, 0.00002 and
# 0.00008 (MSE), 0.0005 and 0.0038 (SSIM) off; with another seed 0.04 dB, 0.00014 and 0.0012.
# `python -m benchmarks.variability` measures these on the committed parameters. What the classifier decides (recognised
# and below) depends on two trainings and was not measured on another kind of machine yet: these are guesses.
TOLERANCES = {
    "mse": 0.0003,
    "psnr": 0.08,
    "psnr_of_mean_mse": 0.08,
    "ssim": 0.008,
    "ssim_gaussian_window": 0.008,
    "recognised": 0.01,
    "repaired": 100,
    "flipped": 60,
    "lost": 60,
}
UNTRAINED = (str(PREPARED),)  # does not depend on the training: the same bytes on every machine


def main() -> None:
    require_committed()
    source = read_section("prepare", PrepareParameters).source
    if source != "digits":
        load_arrays(source)  # its error says what to do where there is no copy
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ".", str(clone)], check=True)
        require_up_to_date(clone)
        print("Reproducing every stage in a clean clone, without a cache.", flush=True)
        if dvc(clone, "repro", "--force").returncode:
            raise DenoisingError("The pipeline failed in a clean clone; its message is above.")
        verdict = compare(Path(), clone)
    print(f"\n{verdict}")


def compare(committed: Path, reproduced: Path) -> str:
    """Return in one sentence how two checkouts agree; raises `DenoisingError` with all that is not allowed."""
    expected, found = recorded_hashes(committed), recorded_hashes(reproduced)
    if expected.keys() != found.keys():
        raise DenoisingError(f"NOT verified. Only in one of them: {', '.join(sorted(expected.keys() ^ found.keys()))}.")
    different = [path for path in sorted(expected) if expected[path] != found[path]]
    if not different:
        return f"Verified: all {len(expected)} outputs have the committed hashes."
    machines = [read_summary(checkout / TRAINING_PROVENANCE)["machine"] for checkout in (committed, reproduced)]
    same_kind = machines[0] == machines[1]
    wrong = [path for path in different if same_kind or path in UNTRAINED]
    if wrong:
        why = "on the same kind of machine" if same_kind else "although they do not depend on the training"
        raise DenoisingError(f"NOT verified. These differ, {why}: {', '.join(wrong)}.")
    deviations = list(metric_deviations(read_summary(committed / METRICS), read_summary(reproduced / METRICS)))
    if deviations:
        raise DenoisingError(
            "NOT verified. On another kind of machine, beyond tolerance:\n  " + "\n  ".join(deviations)
        )
    return (
        "Verified: the metrics agree within tolerance, on another kind of machine.\n"
        f"  committed: {machines[0]}\n  here:      {machines[1]}\n  other bytes: {', '.join(different)}"
    )


def recorded_hashes(checkout: Path) -> dict[str, str]:
    """Return path and MD5 of every output that dvc.lock records."""
    lock = yaml.safe_load((checkout / "dvc.lock").read_text(encoding="utf-8"))
    return {out["path"]: out["md5"] for stage in lock["stages"].values() for out in stage["outs"]}


def metric_deviations(expected: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield a line for every metric that is missing, new, or beyond its tolerance."""
    for name in sorted(expected.keys() | found.keys()):
        path = f"{place}{name}"
        one, two = expected.get(name), found.get(name)
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            yield from metric_deviations(one, two, f"{path}.")
        elif isinstance(one, float | int) and isinstance(two, float | int):
            allowed = tolerance(path, one)
            if not abs(one - two) <= allowed:  # so that NaN is a deviation
                yield f"{path}: committed {one}, here {two}, tolerance {allowed:.2g}"
        elif one != two:
            yield f"{path}: committed {one}, here {two}"


def tolerance(path: str, value: float) -> float:
    """Return how far a metric may deviate; that of the noisy input only by rounding."""
    names = path.split(".")
    if "noisy" in names and "recognised" not in names:
        return 1e-4 * abs(value)
    return next((TOLERANCES[name] for name in names if name in TOLERANCES), 0)


def require_committed() -> None:
    """Raise `DenoisingError` where there are uncommitted changes, which a clone would not have."""
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=False)
    if status.returncode:
        raise DenoisingError("This is not a Git repository: `make verify` compares with what is committed.")
    if status.stdout:
        changed = status.stdout.rstrip()
        raise DenoisingError(f"Commit these first, or `git stash` them: only what is committed is verified.\n{changed}")


def require_up_to_date(clone: Path) -> None:
    """Raise `DenoisingError` where reports or code are not those that dvc.lock was written for."""
    answer = dvc(clone, "status", "--json", capture_output=True)
    if answer.returncode:
        raise DenoisingError(f"DVC cannot read the clone: {answer.stderr.strip()}")
    stale = sorted(set(stale_parts(json.loads(answer.stdout))))
    if stale:
        raise DenoisingError(f"NOT verified. Changed since dvc.lock was written: {', '.join(stale)}. Run `dvc repro`.")


def stale_parts(status: Any, name: str = "") -> Iterator[str]:
    """Yield what `dvc status --json` calls changed; missing outputs are expected in a clone without a cache."""
    if isinstance(status, Mapping):
        for part, change in status.items():
            yield from stale_parts(change, part)
    elif isinstance(status, list):
        for change in status:
            yield from stale_parts(change, name)
    elif status not in ("deleted", "not in cache"):
        yield name if status in ("modified", "new") else f"{status} of {name}"


def dvc(checkout: Path, *arguments: str, capture_output: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run DVC in `checkout`, with the stages using the same Python as this process."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    chosen = os.environ.get("DENOISING_CACHE")
    cache = {"DENOISING_CACHE": str(Path(chosen).expanduser().absolute())} if chosen else {}
    return subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=checkout,
        env={**os.environ, "PATH": path, **cache},
        capture_output=capture_output,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    run(main)
