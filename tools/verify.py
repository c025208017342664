"""Prove in a clean clone that the committed results are the ones this code gives. This is `make verify`.

On the kind of machine that made the results (reports/training/provenance.json) every output must have the hash that
dvc.lock records. On another kind the floating-point sums of the training come out in another order, so there the
metrics must agree within TOLERANCES.
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

from stages.lib import failure
from stages.lib.failure import Mistake
from stages.lib.parameters import read_section
from stages.lib.prepare.cache import load_arrays
from stages.lib.prepare.parameters import PrepareParameters
from stages.lib.tables import read_summary

METRICS = Path("reports/metrics.json")
MACHINE = Path("reports/training/provenance.json")

# How far a training on another kind of machine may end from the committed one: twice the largest of what was measured.
# With oneDNN held to AVX2 instead of AVX-512, two data sets of the same kind ended 0.007 and 0.036 dB, 0.00002 and
# 0.00008 (MSE), 0.0005 and 0.0038 (SSIM) off; with another seed 0.04 dB, 0.00014 and 0.0012.
# `python -m benchmarks.spread` measures these on the committed parameters. What the classifier decides (recognised,
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
UNTRAINED = ("data/prepared",)  # owes nothing to the training: the same bytes on every machine


def main() -> None:
    refuse_uncommitted()
    source = read_section("prepare", PrepareParameters).source
    if source != "digits":
        load_arrays(source)  # says what to do where there is no copy
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ".", str(clone)], check=True)
        refuse_stale(clone)
        print("Reproducing every stage in a clean clone, without a cache.", flush=True)
        if dvc(clone, "repro", "--force").returncode:
            raise Mistake("The pipeline does not run in a clean clone; its own message stands above.")
        verdict = compare(Path(), clone)
    print(f"\n{verdict}")


def compare(committed: Path, reproduced: Path) -> str:
    """Return in one sentence how two checkouts agree; raise Mistake with every difference that should not be."""
    expected, found = recorded_hashes(committed), recorded_hashes(reproduced)
    if expected.keys() != found.keys():
        raise Mistake(f"NOT verified. Not in both: {', '.join(sorted(expected.keys() ^ found.keys()))}.")
    different = [path for path in sorted(expected) if expected[path] != found[path]]
    if not different:
        return f"Verified: all {len(expected)} outputs have the committed hashes."
    machines = [read_summary(checkout / MACHINE)["machine"] for checkout in (committed, reproduced)]
    same_kind = machines[0] == machines[1]
    wrong = [path for path in different if same_kind or path in UNTRAINED]
    if wrong:
        why = "on the same kind of machine" if same_kind else "though they owe nothing to the training"
        raise Mistake(f"NOT verified. These came out differently, {why}: {', '.join(wrong)}.")
    deviations = list(metric_deviations(read_summary(committed / METRICS), read_summary(reproduced / METRICS)))
    if deviations:
        raise Mistake("NOT verified. On another kind of machine, beyond tolerance:\n  " + "\n  ".join(deviations))
    return (
        "Verified: the metrics agree within tolerance, on another kind of machine.\n"
        f"  committed: {machines[0]}\n  here:      {machines[1]}\n  other bytes: {', '.join(different)}"
    )


def recorded_hashes(checkout: Path) -> dict[str, str]:
    """Return path and MD5 of every output that dvc.lock records."""
    lock = yaml.safe_load((checkout / "dvc.lock").read_text(encoding="utf-8"))
    return {out["path"]: out["md5"] for stage in lock["stages"].values() for out in stage["outs"]}


def metric_deviations(expected: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield a line for every metric that is missing, new, or farther off than its tolerance."""
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
    """Return how far a metric may be off; the noisy input owes nothing to any training but its last digit."""
    names = path.split(".")
    if "noisy" in names and "recognised" not in names:
        return 1e-4 * abs(value)
    return next((TOLERANCES[name] for name in names if name in TOLERANCES), 0)


def refuse_uncommitted() -> None:
    """Only what is committed can be cloned and verified."""
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=False)
    if status.returncode:
        raise Mistake("This is no Git repository: `make verify` compares with what is committed.")
    if status.stdout:
        changed = status.stdout.rstrip()
        raise Mistake(f"Commit these first, or `git stash` them: only what is committed is verified.\n{changed}")


def refuse_stale(clone: Path) -> None:
    """Refuse reports or code that are not the ones dvc.lock was written for."""
    answer = dvc(clone, "status", "--json", capture_output=True)
    if answer.returncode:
        raise Mistake(f"DVC cannot read the clone: {answer.stderr.strip()}")
    stale = sorted(set(stale_parts(json.loads(answer.stdout))))
    if stale:
        raise Mistake(f"NOT verified. Changed since dvc.lock was written: {', '.join(stale)}. Run `dvc repro`.")


def stale_parts(status: Any, name: str = "") -> Iterator[str]:
    """Yield what `dvc status --json` calls changed; a clone without a cache also lacks outputs, as it should."""
    if isinstance(status, Mapping):
        for part, change in status.items():
            yield from stale_parts(change, part)
    elif isinstance(status, list):
        for change in status:
            yield from stale_parts(change, name)
    elif status not in ("deleted", "not in cache"):
        yield name if status in ("modified", "new") else f"{status} of {name}"


def dvc(checkout: Path, *arguments: str, capture_output: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run DVC in `checkout`, with the stages using the Python that runs this."""
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
    failure.run(main)
