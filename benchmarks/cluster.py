"""Train with one worker and with several on this machine, and show that the result is the same: `make cluster`.

    python -m benchmarks.cluster [WORKERS]    # 2 unless another number is given; some minutes

In a clone of what is committed, on the digits of scikit-learn: once with one worker, and twice with several, of which
each has a part of the cores. Ends with status 1 where several do not give what one gives, or not the same bytes twice.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.clones import clone, set_parameters
from benchmarks.processes import run as run_and_measure
from benchmarks.workers import Training, train
from denoising.cores import usable_cores
from denoising.errors import DenoisingError
from stages.run import run

EPOCHS = 1  # differences of rounding grow with every step
TOLERANCE = 0.02  # decibels: several workers add the same numbers in another order


def main() -> None:
    count = number_of_workers(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="cluster-") as name:
        checkout = clone(Path(name) / "clone")
        choose(checkout, workers=1)
        for stage in ("index", "prepare"):
            run_and_measure([sys.executable, "-m", f"stages.{stage}"], folder=checkout)
        trainings = {}
        for title, workers in {"1 worker": 1, f"{count} workers": count, f"{count} workers again": count}.items():
            print(f"Training with {title}.", flush=True)
            choose(checkout, workers=workers)
            trainings[title] = train(checkout, workers=workers)
    print(table(trainings))
    require_same(trainings)


def number_of_workers(words: list[str]) -> int:
    """Return the number that was given, or 2; raises `DenoisingError` for anything else."""
    text = " ".join(words) or "2"
    if not text.isascii() or not text.isdigit() or not 2 <= int(text) <= 16:
        raise DenoisingError(f"Give a number of workers from 2 to 16, not {text!r}: make cluster WORKERS=2")
    return int(text)


def choose(checkout: Path, *, workers: int) -> None:
    """Give a checkout the parameters of a short training by a number of workers."""
    threads = max(1, usable_cores() // workers)
    changes: dict[str, dict[str, Any]] = {
        "prepare": {"source": "digits"},
        "train": {"epochs": EPOCHS},
        "compute": {"threads": threads},
    }
    set_parameters(checkout, changes, of=checkout)


def table(trainings: Mapping[str, Training]) -> str:
    """Return the trainings as a Markdown table."""
    lines = ["", "| | validation PSNR (dB) | seconds | CPU seconds | model, SHA-256 |", "|---|---|---|---|---|"]
    for title, of in trainings.items():
        lines.append(f"| {title} | {of.psnr:.4f} | {of.seconds:.0f} | {of.cpu_seconds:.0f} | {of.sha256[:12]} |")
    return "\n".join(lines) + "\n"


def require_same(trainings: Mapping[str, Training]) -> None:
    """Raise `DenoisingError` unless all have one PSNR, and the last two the same bytes."""
    one, several, again = trainings.values()
    difference = abs(several.psnr - one.psnr)
    if difference > TOLERANCE:
        raise DenoisingError(f"Several workers differ from one by {difference:.3f} dB.")
    if several.sha256 != again.sha256:
        raise DenoisingError("The same training by several workers gave other bytes.")
    print(f"Several workers give what one gives, within {difference:.4f} dB, and the same bytes twice.")


if __name__ == "__main__":
    run(main)
