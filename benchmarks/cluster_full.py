"""Measure complete trainings on MNIST by one worker and, twice, by two on this machine: quality and CPU time.

    python -m benchmarks.cluster_full [cae batch_1024 unet]    # an hour on two cores; needs MNIST

Writes benchmarks/results/cluster.json and cluster.md. Each of two workers has half of the cores.
"""

import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.clones import clone, set_parameters
from benchmarks.formatting import describe_processor
from benchmarks.processes import run as run_and_measure
from benchmarks.recorder import Recorder, committed_code
from benchmarks.workers import train
from denoising.cores import usable_cores
from denoising.errors import DenoisingError
from stages.paths import BENCHMARK_CLUSTER
from stages.run import run
from tools.experiment import read_experiment

MEASURED = ("denoising", "stages", "experiments", "params.yaml", "requirements.lock")
CODE = (*MEASURED, "benchmarks/cluster_full.py", "benchmarks/workers.py")
SETTINGS: dict[str, tuple[str, str, dict[str, Any]]] = {  # a title, an experiment, and changes of it
    "cae": ("`cae`, batch size 128", "cae", {}),
    "batch_1024": ("`cae`, batch size 1,024", "cae", {"batch_size": 1024}),
    "unet": ("`balanced`, a U-Net, in float32", "balanced", {"precision": "float32"}),
}


@dataclass(frozen=True)
class Trained:
    """A training: how many workers it had, validation PSNR (dB), seconds of all, CPU seconds of all, and the model."""

    machine: str
    workers: int
    psnr: float
    seconds: float
    cpu_seconds: float
    sha256: str


def main() -> None:
    chosen = sys.argv[1:] or list(SETTINGS)
    unknown = [name for name in chosen if name not in SETTINGS]
    if unknown:
        raise DenoisingError(f"There is no setting {', '.join(unknown)}. Choose from {', '.join(SETTINGS)}.")
    code = committed_code(CODE)
    recorder = Recorder(BENCHMARK_CLUSTER.with_suffix(".json"), head={})
    for name in chosen:
        for title, workers, number in ((f"{name}, one", 1, 1), (f"{name}, two", 2, 1), (f"{name}, two", 2, 2)):
            recorder.add(title, partial(measure, name=name, workers=workers), number=number, code=code)
    BENCHMARK_CLUSTER.write_text(table(recorder), encoding="utf-8")
    print(BENCHMARK_CLUSTER.read_text(encoding="utf-8"))


def measure(number: int, *, name: str, workers: int) -> Trained:
    """Train by a number of workers in a new clone."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        checkout = clone(Path(folder) / "clone")
        threads = max(1, usable_cores() // workers)
        _, experiment, changes = SETTINGS[name]
        settings = {**read_experiment(experiment)["train"], **changes}
        set_parameters(checkout, {"train": settings, "compute": {"threads": threads}}, of=checkout)
        for stage in ("index", "prepare"):
            run_and_measure([sys.executable, "-m", f"stages.{stage}"], folder=checkout)
        trained = train(checkout, workers=workers)
    return Trained(
        describe_processor(), workers, trained.psnr, trained.seconds, trained.cpu_seconds, trained.sha256[:16]
    )


def table(recorder: Recorder) -> str:
    """Return what is recorded as a Markdown table."""
    runs = recorder.record["runs"]
    machines = sorted({run["machine"] for of in runs.values() for run in of})
    lines = [f"`python -m benchmarks.cluster_full`. {'; '.join(machines)}. Two workers on one machine, twice.", ""]
    lines += [
        "| training | PSNR of one (dB) | of two | difference | CPU seconds of one | of two, mean | same bytes twice |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (title, _, _) in SETTINGS.items():
        if not all(len(runs.get(f"{name}, {which}", ())) >= count for which, count in (("one", 1), ("two", 2))):
            continue
        (one, *_), (two, again, *_) = runs[f"{name}, one"], runs[f"{name}, two"]
        both = (two["cpu_seconds"] + again["cpu_seconds"]) / 2
        more = " and ".join(f"{100 * (of['cpu_seconds'] / one['cpu_seconds'] - 1):+.0f}%" for of in (two, again))
        same = "yes" if two["sha256"] == again["sha256"] else "no"
        lines.append(
            f"| {title} | {one['psnr']:.4f} | {two['psnr']:.4f} | {two['psnr'] - one['psnr']:+.4f} | "
            f"{one['cpu_seconds']:.0f} | {both:.0f} ({more}) | {same} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(main)
