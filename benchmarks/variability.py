"""Measure how far trainings differ: under several seeds, and each on two instruction sets.

    python -m benchmarks.variability [SEEDS=5]    # five seeds: hours on two cores; it goes on where it was interrupted

Each training has the committed parameters but for the seeds of train and classifier, in a clone of what is committed.
Writes benchmarks/results/variability.json: the spread over seeds, which README and report state, and the largest
difference between the instruction sets in each column of each table, from which `make verify` has its tolerances. What
was found on other kinds of machines, with the same parameters, is kept.
"""

import shutil
import statistics
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from benchmarks.clones import clone, set_parameters
from benchmarks.processes import run as run_process
from denoising.errors import DenoisingError
from denoising.io.tables import read_summary, write_summary
from stages.environment import CPU_ISA
from stages.parameters.document import read_document
from stages.paths import CLASSIFIER, DENOISER, LOGS, METRICS, SUMMARY, VARIABILITY
from stages.run import run
from tools.deviations import PROVENANCE, read_values, result_files

SAFETY = 3  # a tolerance is so many times the largest difference between two instruction sets
KEPT = LOGS / "variability"  # what the trainings gave, so that the benchmark can be interrupted
TRAINED = (DENOISER, CLASSIFIER, Path("reports/training"), Path("reports/classifier"))
COMPARED = ("prepare", "train", "classifier", "evaluate")  # sections; with others, the record does not apply
METRICS_OVER_SEEDS = ("psnr", "ssim", "mse", "accuracy")


def main() -> None:
    count = int(sys.argv[1].removeprefix("SEEDS=") if len(sys.argv) > 1 else 5)
    if count < 2:
        raise DenoisingError("A spread needs at least two seeds, and five to be worth recording.")
    seeds = range(1, 1 + count)
    sets = ("", other_instructions())
    with TemporaryDirectory(prefix="variability-") as name:
        checkout = clone(Path(name) / "clone")
        for stage in ("prepare", "baselines"):
            run_stage(stage, checkout, "")
        for seed in seeds:
            for instructions in sets:
                train_once(checkout, seed, instructions)
    runs = {instructions: [folder_of(seed, instructions) for seed in seeds] for instructions in sets}
    provenance = read_summary(runs[""][0] / SUMMARY)["provenance"]
    measured = {
        "machine": provenance["machine"],
        "parameters": {name: provenance["parameters"][name] for name in COMPARED},
        "seeds": spread(runs[""]),
        "machines": {
            provenance["machine"]: {
                "instruction_sets": ["the default", sets[1]],
                "tolerances": measure_tolerances(zip(runs[""], runs[sets[1]], strict=True)),
            }
        },
    }
    write_summary(VARIABILITY, combine(measured, read_summary(VARIABILITY) if VARIABILITY.exists() else {}))
    print(yaml.safe_dump(measured["seeds"]))


def other_instructions() -> str:
    """Return the next smaller instruction set that oneDNN can be held to."""
    cpu = Path("/proc/cpuinfo")
    return "AVX2" if cpu.exists() and "avx512f" in cpu.read_text(encoding="utf-8") else "AVX"


def folder_of(seed: int, instructions: str) -> Path:
    return KEPT / f"seed-{seed}{f'-{instructions}' if instructions else ''}"


def train_once(checkout: Path, seed: int, instructions: str) -> None:
    """Train, evaluate and keep the results, as far as that is not done already."""
    folder = folder_of(seed, instructions)
    if (folder / SUMMARY).exists():
        known, committed = read_summary(folder / SUMMARY)["provenance"]["parameters"], read_document()
        if known["prepare"]["noise"] != committed["prepare"]["noise"] or known["evaluate"] != committed["evaluate"]:
            raise DenoisingError(f"{folder} has results of other parameters. Remove {KEPT} and run again.")
        return
    print(f"{folder} ...", file=sys.stderr, flush=True)
    set_parameters(checkout, {"train": {"seed": seed}, "classifier": {"seed": seed}}, of=Path())
    if all((folder / path).exists() for path in TRAINED):
        copy(TRAINED, folder, checkout)
    else:
        for stage in ("train", "classifier"):
            run_stage(stage, checkout, instructions)
        copy(TRAINED, checkout, folder)
    for stage in ("evaluate", "plot", "report"):
        run_stage(stage, checkout, instructions)
    copy([Path("reports")], checkout, folder)


def copy(paths: Iterable[Path], source: Path, target: Path) -> None:
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        if (source / path).is_dir():
            shutil.copytree(source / path, target / path, dirs_exist_ok=True)
        else:
            shutil.copy(source / path, target / path)


def run_stage(stage: str, checkout: Path, instructions: str) -> None:
    run_process([sys.executable, "-m", f"stages.{stage}"], folder=checkout, environment={CPU_ISA: instructions})


def spread(folders: list[Path]) -> dict[str, Any]:
    """Return mean and standard deviation over trainings of the metrics of the denoised images."""
    measured = [read_summary(folder / METRICS) for folder in folders]
    values = {metric: [of["denoised"][metric] for of in measured] for metric in METRICS_OVER_SEEDS}
    values["validation_psnr"] = [of["validation"]["psnr"] for of in measured]
    return {
        "count": len(folders),
        **{metric: {"mean": statistics.fmean(of), "std": statistics.stdev(of)} for metric, of in values.items()},
    }


def measure_tolerances(pairs: Iterable[tuple[Path, Path]]) -> dict[str, dict[str, float]]:
    """Return for each result file and column the tolerance, which is 0 where the training makes no difference."""
    found: dict[str, dict[str, float]] = {}
    for one, other in pairs:
        for name in result_files(one):
            ours, theirs = read_values(one / name), read_values(other / name)
            columns = found.setdefault(name, {})
            for row, column in ours.keys() | theirs.keys():
                first, second = (of.get((row, column), 0.0) for of in (ours, theirs))
                if isinstance(first, float) and isinstance(second, float) and not column.startswith(PROVENANCE):
                    columns[column] = max(columns.get(column, 0.0), SAFETY * abs(first - second))
    return {name: dict(sorted(columns.items())) for name, columns in sorted(found.items())}


def combine(measured: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured, and what is known of other machines if it has the same parameters."""
    if known.get("parameters") != measured["parameters"]:
        return dict(measured)
    return {**measured, "machines": {**known["machines"], **measured["machines"]}}


if __name__ == "__main__":
    run(main)
