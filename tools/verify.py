"""Prove in a clean clone that the committed results are the ones this code gives. This is `make verify`.

On the kind of machine that made the results (reports/training/machine.json) every output must have the hash that
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
from stages.lib.tables import read_summary

METRICS = Path("reports/metrics.json")
MACHINE = Path("reports/training/machine.json")
STALE = ("modified", "new")  # a clone without a cache also has "deleted" and "not in cache", as it should
TOLERANCES = {"mse": 0.0004, "psnr": 0.12, "psnr_of_mean_mse": 0.12, "ssim": 0.006, "ssim_gaussian_window": 0.006}


def main() -> None:
    refuse_uncommitted()
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
    different = sorted(path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path))
    if not different:
        return f"Verified: all {len(expected)} outputs have the committed hashes."
    machines = read_summary(committed / MACHINE), read_summary(reproduced / MACHINE)
    if machines[0] == machines[1]:
        raise Mistake(f"NOT verified. On the same kind of machine these came out differently: {', '.join(different)}.")
    deviations = list(metric_deviations(read_summary(committed / METRICS), read_summary(reproduced / METRICS)))
    if deviations:
        raise Mistake(
            "NOT verified. On another kind of machine these are beyond tolerance:\n  " + "\n  ".join(deviations)
        )
    other = ", ".join(f"{name} {value}" for name, value in machines[1].items() if value != machines[0].get(name))
    return f"Verified: the metrics agree within tolerance. (This is another kind of machine, with {other}.)"


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
        elif isinstance(one, float) and isinstance(two, float):
            # The noisy input owes nothing to the training: there, only the last digit may differ.
            allowed = 1e-4 * abs(one) if path.startswith("noisy.") else TOLERANCES[name]
            if not abs(one - two) <= allowed:
                yield f"{path}: committed {one}, here {two}, tolerance {allowed:.2g}"
        elif one != two:
            yield f"{path}: committed {one}, here {two}"


def refuse_uncommitted() -> None:
    """Only what is committed can be cloned and verified."""
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=False)
    if status.returncode:
        raise Mistake("This is no Git repository: `make verify` compares with what is committed.")
    if status.stdout:
        raise Mistake(
            f"Commit or stash these first, so that what is verified is what you see:\n{status.stdout.rstrip()}"
        )


def refuse_stale(clone: Path) -> None:
    """Refuse reports or code that are not the ones dvc.lock was written for."""
    answer = dvc(clone, "status", "--json", capture_output=True)
    if answer.returncode:
        raise Mistake(f"DVC cannot read the clone: {answer.stderr.strip()}")
    changes = [change for stage in json.loads(answer.stdout).values() for change in stage if isinstance(change, dict)]
    stale = {path for change in changes for kind in change.values() for path, how in kind.items() if how in STALE}
    if stale:
        raise Mistake(f"NOT verified. Changed since dvc.lock was written: {', '.join(sorted(stale))}. Run `dvc repro`.")


def dvc(checkout: Path, *arguments: str, capture_output: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run DVC in `checkout`, with the stages using the Python that runs this."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=checkout,
        env={**os.environ, "PATH": path},
        capture_output=capture_output,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    failure.run(main)
