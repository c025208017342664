"""Run the experiments of experiments/ and the reference, and record the costs and results of each.

    python -m benchmarks.architectures [NAME ...]

Each is a `dvc exp run` in a clone of what is committed, with the cache of this checkout. Writes
benchmarks/results/architectures.json.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.clones import clone
from denoising.io.splits import open_array
from denoising.io.tables import read_summary, read_table, write_summary
from stages.paths import (
    BENCHMARK_ARCHITECTURES,
    DENOISER,
    EXPERIMENTS,
    METRICS,
    PREPARED,
    PROVENANCE,
    TRAIN_TIMES,
    TRAINING,
    TRAINING_PROVENANCE,
)
from stages.run import run
from tools.experiment import changes, names, read_experiment

RECORDED = ("psnr", "ssim", "recognised")
REFERENCE = "cae"
DVC = (sys.executable, "-m", "dvc")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="architectures-") as name:
        checkout = clone(Path(name) / "clone")
        cache = Path(".dvc/cache").absolute()  # what has run before comes from the cache
        subprocess.run([*DVC, "config", "--local", "cache.dir", str(cache)], cwd=checkout, check=True)
        experiments = checkout / EXPERIMENTS
        asked_for = sys.argv[1:] or [REFERENCE, *names(experiments)]
        settings = {name: {} if name == REFERENCE else read_experiment(name, folder=experiments) for name in asked_for}
        for experiment in asked_for:
            subprocess.run(["git", "checkout", "--quiet", "--force", "."], cwd=checkout, check=True)
            (checkout / TRAIN_TIMES).unlink(missing_ok=True)
            subprocess.run(
                [*DVC, "exp", "run", "--name", experiment, *changes(settings[experiment])], cwd=checkout, check=True
            )
            record(experiment, checkout, settings[experiment])


def record(experiment: str, checkout: Path, settings: dict[str, Any]) -> None:
    """Write the results of the checkout into the record of the experiment."""
    known = read_summary(BENCHMARK_ARCHITECTURES) if BENCHMARK_ARCHITECTURES.exists() else {}
    known[experiment] = {**describe(checkout, earlier=known), "settings": settings}
    BENCHMARK_ARCHITECTURES.parent.mkdir(parents=True, exist_ok=True)
    write_summary(BENCHMARK_ARCHITECTURES, dict(sorted(known.items(), key=lambda item: item[1]["psnr"])))


def describe(checkout: Path, *, earlier: dict[str, Any]) -> dict[str, Any]:
    """Return sizes, costs and results of the denoiser in a checkout, with 95% intervals."""
    metrics = read_summary(checkout / METRICS)
    training = read_summary(checkout / TRAINING / "metrics.json")["saved"]
    trained = read_summary(checkout / TRAINING_PROVENANCE)["train"]["parameters"]
    model = read_summary(checkout / PROVENANCE)["models"]["denoiser"]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()
    return {
        "architecture": trained["architecture"],
        "parameters": training["parameter_count"],
        "multiply_adds": training["multiply_adds"],
        "seconds": seconds_of(checkout, model["sha256"], earlier),
        "images_a_second": images_a_second(checkout),
        **{metric: metrics["denoised"][metric] for metric in RECORDED},
        "interval": {metric: metrics["interval"]["denoised"][metric] for metric in RECORDED},
        "sha256": model["sha256"],
        "commit": commit,
    }


def seconds_of(checkout: Path, model: str, earlier: dict[str, Any]) -> float:
    """Return the duration of the training; of a cached one the recorded duration, or train again if there is none."""
    times = checkout / TRAIN_TIMES
    if not times.exists():
        for known in earlier.values():
            if known["sha256"] == model:
                return float(known["seconds"])
        subprocess.run([*DVC, "repro", "--force", "--single-item", "train"], cwd=checkout, check=True)
    return float(read_table(times)["seconds"][0])


def images_a_second(checkout: Path) -> float:
    """Return how many images per second the denoiser processes, in batches as in evaluate."""
    command = [sys.executable, "-m", "benchmarks.score_model"]
    result = checkout / "logs/score_model.json"
    paths = (checkout / DENOISER, checkout / PREPARED, result)
    subprocess.run([*command, *map(str, paths)], check=True)
    return len(open_array(paths[1] / "test_clean.npy")) / float(read_summary(result)["predict_again"])


if __name__ == "__main__":
    run(main)
