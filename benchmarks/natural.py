"""Measure denoisers for photographs on the test sets of the denoising papers, beside BM3D: `make bench-natural`.

    python -m benchmarks.natural [PART ...]    # three hours; it goes on where it was interrupted

Parts: gray_3_minutes, gray, gray_60_minutes, blind, color, pairs, photographs, memory. Needs `make setup EXTRA=bm3d`.
Writes benchmarks/results/natural.json and natural.md. Each training is a process of its own in a clone of what is
committed. The time to train is that of the stage, validation included.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import natural_data
from benchmarks.clones import clone, set_parameters
from benchmarks.formatting import describe_processor
from benchmarks.natural_tables import render
from benchmarks.processes import Cost
from benchmarks.processes import run as run_process
from benchmarks.recorder import Recorder, committed_code
from denoising.io.tables import read_summary, read_table
from stages.paths import BENCHMARK_NATURAL, DENOISER, LOGS, METRICS, TRAIN_TIMES
from stages.run import run
from tools.experiment import read_experiment

CODE = ("denoising", "stages", "experiments", "requirements.lock")
MODELS = LOGS / "natural"  # the networks, so that a blind one can be compared with one that learned from pairs
STAGES = ("index", "prepare", "train", "baselines", "classifier", "evaluate", "plot", "report")


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


@dataclass(frozen=True)
class Measured:
    """The machine, seconds and peak memory in megabytes of what was run, and scores by test set, sigma and metric."""

    machine: str
    seconds: float
    peak: float
    scores: dict[str, Any]


def main() -> None:
    parts: dict[str, Callable[[Recorder, Path], None]] = {
        **{name: partial(measure_network, name) for name in NETWORKS},
        "pairs": measure_pairs,
        "photographs": measure_photographs,
        "memory": measure_memory,
    }
    recorder = Recorder(BENCHMARK_NATURAL.with_suffix(".json"), head={"code": committed_code(CODE)})
    for part in sys.argv[1:] or parts:
        with tempfile.TemporaryDirectory(prefix="natural-") as folder:
            parts[part](recorder, Path(folder))
        BENCHMARK_NATURAL.write_text(render(recorder.record), encoding="utf-8")
    print(BENCHMARK_NATURAL.read_text(encoding="utf-8"))


def measure_network(name: str, recorder: Recorder, folder: Path) -> None:
    """Record the trainings of a network, and BM3D on its test sets."""
    network = NETWORKS[name]
    for number in range(1, network.seeds + 1):
        recorder.add(name, partial(train_network, name, folder), number=number)
    for test_set in network.sets:
        for sigma in network.sigmas:
            measure = partial(score_bm3d, network.color_mode, test_set, sigma, folder)
            recorder.add(f"bm3d_{network.color_mode}_{test_set}_{sigma}", measure, number=1)


def train_network(name: str, folder: Path, seed: int) -> Measured:
    """Train a network under a seed, keep it, and score it."""
    network = NETWORKS[name]
    sections = read_experiment(network.experiment)
    sections["train"] = {**sections["train"], **network.changes, "seed": seed}
    checkout, cost = train(sections, folder / f"seed-{seed}")
    MODELS.mkdir(parents=True, exist_ok=True)
    kept = (MODELS / f"{name}.h5").absolute()
    kept.write_bytes((checkout / DENOISER).read_bytes())
    scores = {of: score(str(kept), of, network.color_mode, network.sigmas, folder) for of in network.sets}
    return measured(seconds_of(checkout), cost, scores)


def score_bm3d(color_mode: str, test_set: str, sigma: int, folder: Path, number: int) -> Measured:
    result = folder / "score.json"
    command = [sys.executable, "-m", "benchmarks.score_photographs", "bm3d", test_set, color_mode, str(result)]
    cost = run_process([*command, str(sigma)], folder=Path())
    return measured(cost.seconds, cost, {test_set: read_summary(result)})


def measure_pairs(recorder: Recorder, folder: Path) -> None:
    """Record a network that learned from pairs of correlated noise, beside the blind one, on scenes not seen."""

    def learn(seed: int) -> Measured:
        images = folder / f"images-{seed}"
        natural_data.write_pairs(images)
        checkout, cost = train(natural_data.pair_sections(images, seed=seed), folder / f"seed-{seed}")
        models = {"learned": checkout / DENOISER, "blind": MODELS / "blind.h5"}
        scores = {name: natural_data.score_pairs(path, images) for name, path in models.items()}
        return measured(seconds_of(checkout), cost, scores)

    for number in range(1, 4):
        recorder.add("pairs", learn, number=number)


def measure_photographs(recorder: Recorder, folder: Path) -> None:
    """Record how long the whole pipeline takes for the embedded photographs."""

    def run_all(number: int) -> Measured:
        checkout = checkout_with(read_experiment("photographs"), folder / str(number))
        costs = [run_stage(stage, checkout) for stage in STAGES]
        slowest = max(costs, key=lambda cost: cost.peak)
        return measured(sum(cost.seconds for cost in costs), slowest, read_summary(checkout / METRICS))

    for number in range(1, 4):
        recorder.add("photographs", run_all, number=number)


def measure_memory(recorder: Recorder, folder: Path) -> None:
    """Record the peak memory of stages for 500 photographs, and for ten times as many: copies, moved by a pixel."""

    def run_stages(count: int, number: int) -> Measured:
        images = folder / f"images-{count}"
        natural_data.write_copies(images, count=count)
        checkout = checkout_with(natural_data.folder_sections(images, count=count), folder / f"checkout-{count}")
        costs = {stage: run_stage(stage, checkout) for stage in STAGES[:-2]}
        slowest = max(costs.values(), key=lambda cost: cost.peak)
        seconds = sum(cost.seconds for cost in costs.values())
        return measured(seconds, slowest, {stage: {"megabytes": cost.peak} for stage, cost in costs.items()})

    for count in (500, 5_000):
        recorder.add(f"memory_{count}", partial(run_stages, count), number=1)


def train(sections: dict[str, Any], folder: Path) -> tuple[Path, Cost]:
    """Return a checkout in which a denoiser was trained with these sections, and the cost of the training."""
    checkout = checkout_with(sections, folder)
    for stage in ("index", "prepare"):
        run_stage(stage, checkout)
    return checkout, run_stage("train", checkout)


def checkout_with(sections: dict[str, Any], folder: Path) -> Path:
    """Return a clone of what is committed, with these sections in its params.yaml."""
    checkout = clone(folder)
    set_parameters(checkout, sections, of=checkout)
    return checkout


def run_stage(stage: str, checkout: Path) -> Cost:
    return run_process([sys.executable, "-m", f"stages.{stage}"], folder=checkout)


def score(model: str, test_set: str, color_mode: str, sigmas: tuple[int, ...], folder: Path) -> dict[str, Any]:
    """Return the scores of a network on a test set, by sigma and metric, for each image."""
    result = folder / "score.json"
    command = [sys.executable, "-m", "benchmarks.score_photographs", model, test_set, color_mode, str(result)]
    run_process([*command, *map(str, sigmas)], folder=Path())
    return read_summary(result)


def seconds_of(checkout: Path) -> float:
    return float(read_table(checkout / TRAIN_TIMES)["seconds"][0])


def measured(seconds: float, cost: Cost, scores: dict[str, Any]) -> Measured:
    return Measured(describe_processor(), seconds, cost.peak, scores)


if __name__ == "__main__":
    run(main)
