"""Prove in a clean clone that this code gives the committed results. This is `make verify`.

On the kind of machine that made the results (reports/summary.json names it), with the same libraries and Python, every
output must have the hash that dvc.lock records. Another kind sums floating-point numbers in a different order, and
training amplifies the difference: there every table must agree, column by column, within the tolerances of
tools/deviations.py.
"""

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from denoising.datasets.cache import load_copy
from denoising.errors import DenoisingError
from denoising.io.tables import read_summary
from stages.parameters.document import read_section
from stages.parameters.prepare import PrepareParameters
from stages.paths import CLASSIFIER, DENOISER, EXPORT_SUMMARY, PREPARED, SUMMARY, VARIABILITY
from stages.run import run
from tools.commands import dvc
from tools.deviations import contradictions, deviations, read_tolerances, result_files

TIMED = (str(EXPORT_SUMMARY),)  # holds a time, so that its bytes differ from run to run
UNTRAINED = (str(PREPARED),)  # does not depend on the training: the same bytes on every machine


def main() -> None:
    require_committed()
    source = read_section("prepare", PrepareParameters).source
    if source != "digits":
        load_copy(source)  # its error says what to do where there is no copy
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
    wrong = [line for checkout in (committed, reproduced) for line in inconsistencies(checkout)]
    if wrong:
        raise DenoisingError("NOT verified. These contradict each other:\n  " + "\n  ".join(wrong))
    changed = [path for path in sorted(expected) if expected[path] != found[path]]
    same = [path for path in TIMED if not [*deviations(committed / path, reproduced / path, tolerances={})]]
    different = [path for path in changed if path not in same]
    if not different:
        return (
            f"Verified: all {len(expected)} outputs have the committed hashes, but for the time in {', '.join(TIMED)}."
        )
    made_by = [read_summary(checkout / SUMMARY)["provenance"] for checkout in (committed, reproduced)]
    machines = [f"{of['machine']}, Python {of['libraries']['python']}" for of in made_by]
    same_kind = all(made_by[0][part] == made_by[1][part] for part in ("machine", "libraries"))
    wrong = [path for path in different if same_kind or path in UNTRAINED]
    if wrong:
        why = "on the same kind of machine" if same_kind else "although they do not depend on the training"
        raise DenoisingError(f"NOT verified. These differ, {why}: {', '.join(wrong)}.")
    tolerances = read_tolerances(committed / VARIABILITY)
    beyond = [
        f"{name}: {line}"
        for name in sorted(result_files(committed) | result_files(reproduced))
        for line in deviations(committed / name, reproduced / name, tolerances=tolerances.get(name, {}))
    ]
    if beyond:
        raise DenoisingError("NOT verified. On another kind of machine, beyond tolerance:\n  " + "\n  ".join(beyond))
    return (
        "Verified: all tables agree within tolerance, on another kind of machine.\n"
        f"  committed: {machines[0]}\n  here:      {machines[1]}\n  other bytes: {', '.join(different)}"
    )


def recorded_hashes(checkout: Path) -> dict[str, str]:
    """Return path and MD5 of every output that dvc.lock records."""
    lock = yaml.safe_load((checkout / "dvc.lock").read_text(encoding="utf-8"))
    return {out["path"]: str(out["md5"]) for stage in lock["stages"].values() for out in stage["outs"]}


def inconsistencies(checkout: Path) -> Iterator[str]:
    """Yield a line for everything in a checkout that cannot be true together: hashes, files, means and intervals."""
    hashes = recorded_hashes(checkout)
    for path, recorded in hashes.items():
        if not re.fullmatch(r"[0-9a-f]{32}(\.dir)?", recorded) or list(hashes.values()).count(recorded) > 1:
            yield f"{path}: dvc.lock has {recorded}, which is no hash of its own"
        file = checkout / path
        if file.is_file() and hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != recorded:
            yield f"{path}: the file does not have the hash in dvc.lock"
    models = read_summary(checkout / SUMMARY)["provenance"]["models"]
    for name, model in {"denoiser": DENOISER, "classifier": CLASSIFIER}.items():
        if name in models and models[name]["md5"] != hashes[str(model)]:
            yield f"{model}: {SUMMARY} was made from a model of another hash"
    for name in sorted(result_files(checkout)):
        yield from (f"{name}: {line}" for line in contradictions(checkout / name))


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


if __name__ == "__main__":
    run(main)
