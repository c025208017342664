"""Measure denoisers for photographs on the test sets of the denoising papers, beside BM3D: `make bench-natural`.

    python -m benchmarks.natural [PART ...]    # three hours; it goes on where it was interrupted

Parts: gray_3_minutes, gray, gray_60_minutes, blind, color, pairs, photographs, memory. Needs `make setup EXTRA=bm3d`,
and Set12 (`score_photographs.py` says where it comes from). Writes benchmarks/results/natural.json and natural.md.
Each training is a process of its own in a clone of what is committed when the benchmark begins. The time to train is
that of the stage, validation included.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import natural_folders
from benchmarks.clones import clone, training_seconds
from benchmarks.natural_runs import Measured, Place, measured, run_module, train
from benchmarks.natural_tables import render
from benchmarks.recorder import Recorder, committed_code
from benchmarks.score_photographs import files_of
from denoising.errors import DenoisingError
from denoising.io.tables import read_summary
from stages.paths import BENCHMARK_NATURAL, DENOISER
from stages.run import run
from tools.experiment import read_experiment

CODE = (
    "denoising",
    "stages",
    "experiments",
    "requirements.lock",
    "benchmarks/natural.py",
    "benchmarks/natural_folders.py",
    "benchmarks/natural_runs.py",
    "benchmarks/score_photographs.py",
)


@dataclass(frozen=True)
class Network:
    """An experiment with changes to its section `train`, its test sets, the sigmas, and how many seeds are trained."""

    experiment: str
    changes: dict[str, Any]
    color_mode: str = "grayscale"
    sets: tuple[str, ...] = ("bsd68", "set12")
    sigmas: tuple[int, ...] = (25,)
    seeds: int = 1


NETWORKS = {
    "gray_3_minutes": Network("natural_gray", {"epochs": 2}, seeds=3),
    "gray": Network("natural_gray", {}),
    "gray_60_minutes": Network("natural_gray", {"epochs": 36}),
    "blind": Network("natural_blind", {}, sigmas=(15, 25, 50)),
    "color": Network("natural_color", {}, color_mode="rgb", sets=("bsd68",)),
}


def main() -> None:
    parts: dict[str, Callable[[Recorder, Place], None]] = {
        **{name: partial(measure_network, name) for name in NETWORKS},
        "pairs": measure_pairs,
        "photographs": natural_folders.measure_photographs,
        "memory": natural_folders.measure_memory,
    }
    chosen = sys.argv[1:] or list(parts)
    unknown = [part for part in chosen if part not in parts]
    if unknown:
        raise DenoisingError(f"There is no part {', '.join(unknown)}. Choose from {', '.join(parts)}.")
    files_of("set12")
    code = committed_code(CODE)
    recorder = Recorder(BENCHMARK_NATURAL.with_suffix(".json"), head={}, current={"code": code})
    with tempfile.TemporaryDirectory(prefix="natural-") as name:
        committed = clone(Path(name) / "committed")
        for part in chosen:
            with tempfile.TemporaryDirectory(dir=name) as folder:
                parts[part](recorder, Place(committed, code, Path(folder)))
            BENCHMARK_NATURAL.write_text(render(recorder.record), encoding="utf-8")
    print(BENCHMARK_NATURAL.read_text(encoding="utf-8"))


def measure_network(name: str, recorder: Recorder, place: Place) -> None:
    """Record the trainings of a network, and BM3D on its test sets."""
    network = NETWORKS[name]
    for number in range(1, network.seeds + 1):
        recorder.add(name, partial(train_network, name, place), number=number)
    for test_set in network.sets:
        for sigma in network.sigmas:
            title = f"bm3d_{network.color_mode}_{test_set}_{sigma}"
            recorder.add(title, partial(score_bm3d, place, network, test_set, sigma), number=1)


def measure_pairs(recorder: Recorder, place: Place) -> None:
    """Record a network that learned from pairs beside the blind one, which is trained first if it is not there."""
    if not place.kept("blind").exists():
        train_network("blind", place, 1)
    natural_folders.measure_pairs(recorder, place)


def train_network(name: str, place: Place, seed: int) -> Measured:
    """Train a network under a seed, keep it, and score it."""
    network = NETWORKS[name]
    sections = read_experiment(network.experiment, folder=place.experiments)
    sections["train"] = {**sections["train"], **network.changes, "seed": seed}
    checkout, cost = train(sections, place, f"{name}-{seed}")
    kept = place.kept(name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes((checkout / DENOISER).read_bytes())
    scores = {of: score(str(kept), place, network, of, network.sigmas) for of in network.sets}
    return measured(training_seconds(checkout), cost.peak, scores)


def score_bm3d(place: Place, network: Network, test_set: str, sigma: int, number: int) -> Measured:
    """Score BM3D on one of the test sets of a network."""
    scores = score("bm3d", place, network, test_set, (sigma,))
    return measured(0.0, 0.0, {test_set: scores})


def score(model: str, place: Place, network: Network, test_set: str, sigmas: tuple[int, ...]) -> dict[str, Any]:
    """Return the scores of a model file, or of bm3d, by sigma and metric, for each image of a test set."""
    result = place.folder / "score.json"
    words = (model, test_set, network.color_mode, str(result), *map(str, sigmas))
    run_module("benchmarks.score_photographs", *words, folder=place.committed)
    return read_summary(result)


if __name__ == "__main__":
    run(main)
