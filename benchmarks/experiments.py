"""Run the experiments of experiments/ under several seeds, and record the costs and results of each.

    python -m benchmarks.experiments [NAME ...] [SEEDS=1]

Each is a `dvc exp run` in a clone of what is committed, with the cache of this checkout: what has run before comes from
there. Writes benchmarks/results/experiments.json.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.clones import clone_with_cache, training_seconds
from denoising.io.arrays import open_array
from denoising.io.tables import read_summary, write_summary
from stages.parameters.document import parse_document
from stages.paths import (
    BENCHMARK_EXPERIMENTS,
    DENOISER,
    EVALUATION_SUMMARY,
    EXPERIMENTS,
    METRICS,
    PARAMS,
    PREPARED,
    TRAIN_TIMES,
    TRAINING_SUMMARY,
)
from stages.run import run
from tools.commands import dvc
from tools.experiment import changes, names, read_experiment

RECORDED = ("psnr", "ssim", "accuracy")


def main() -> None:
    words = [word for word in sys.argv[1:] if "=" not in word]
    seeds = range(1, 1 + int(next((word.partition("=")[2] for word in sys.argv[1:] if "=" in word), "1")))
    with tempfile.TemporaryDirectory(prefix="experiments-") as folder:
        checkout = clone_with_cache(Path(folder) / "clone")
        for name in words or names(checkout / EXPERIMENTS):
            settings = read_experiment(name, folder=checkout / EXPERIMENTS)
            if settings.keys() == {"train"}:  # the others have data of their own
                measured = [run_once(name, seed, checkout, settings) for seed in reversed(seeds)]  # the first one last
                record(name, {**describe(checkout, measured), "settings": settings})


def run_once(name: str, seed: int, checkout: Path, settings: dict[str, Any]) -> dict[str, float]:
    """Run an experiment under a seed, and return its time to train and its scores."""
    subprocess.run(["git", "checkout", "--quiet", "--force", "."], cwd=checkout, check=True)
    (checkout / TRAIN_TIMES).unlink(missing_ok=True)
    base = parse_document((checkout / PARAMS).read_bytes(), name=str(PARAMS))
    target = {**base, **settings, "train": {**settings["train"], "seed": seed}}
    dvc(checkout, "exp", "run", "--name", f"{name}-seed-{seed}", *changes(base, target)).check_returncode()
    if not (checkout / TRAIN_TIMES).exists():  # the model came from the cache: train again for its time
        dvc(checkout, "repro", "--force", "--single-item", "train").check_returncode()
    metrics = read_summary(checkout / METRICS)
    return {
        "seconds": training_seconds(checkout),
        "validation_psnr": metrics["validation"]["psnr"],
        **{metric: metrics["denoised"][metric] for metric in RECORDED},
    }


def record(name: str, described: dict[str, Any]) -> None:
    """Write the results of an experiment into the record."""
    known = read_summary(BENCHMARK_EXPERIMENTS) if BENCHMARK_EXPERIMENTS.exists() else {}
    known[name] = described
    BENCHMARK_EXPERIMENTS.parent.mkdir(parents=True, exist_ok=True)
    write_summary(BENCHMARK_EXPERIMENTS, dict(sorted(known.items(), key=lambda item: item[1]["psnr"])))


def describe(checkout: Path, measured: list[dict[str, float]]) -> dict[str, Any]:
    """Return sizes, costs and results of the denoisers: means over seeds, and the interval over images of the first."""
    training, summary = read_summary(checkout / TRAINING_SUMMARY), read_summary(checkout / EVALUATION_SUMMARY)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()
    return {
        "architecture": training["parameters"]["architecture"],
        "parameters": training["parameter_count"],
        "multiply_adds": training["multiply_adds"],
        "seeds": len(measured),
        "seconds": statistics.median(of["seconds"] for of in measured),
        "images_a_second": images_a_second(checkout),
        **{name: statistics.fmean(of[name] for of in measured) for name in ("validation_psnr", *RECORDED)},
        "std": {name: statistics.stdev(of[name] for of in measured) for name in RECORDED} if measured[1:] else None,
        "intervals": {metric: summary["intervals"]["denoised"][metric] for metric in RECORDED},
        "machine": training["machine"],
        "commit": commit,
    }


def images_a_second(checkout: Path) -> float:
    """Return how many images per second the denoiser processes, in batches as in evaluate."""
    command = [sys.executable, "-m", "benchmarks.score_model"]
    result = checkout / "logs/score_model.json"
    paths = (checkout / DENOISER, checkout / PREPARED, result)
    subprocess.run([*command, *map(str, paths)], check=True)
    return len(open_array(paths[1] / "clean/test.npy")) / float(read_summary(result)["predict_again"])


if __name__ == "__main__":
    run(main)
