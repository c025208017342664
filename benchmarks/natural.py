"""Measure denoisers for photographs on the test sets of the denoising papers, beside BM3D: `make bench-natural`.

    python -m benchmarks.natural [PART ...]    # six hours; it goes on where it was interrupted

Parts: gray_90_seconds, gray, gray_60_minutes, blind, bundled_gray, bundled_color, color, color_short, pairs,
photographs, memory.
One whose code or settings have changed is measured again. Needs `make setup EXTRA=bm3d`, and Set12
(`score_photographs.py` says where it comes from). Writes benchmarks/results/natural.json and natural.md; runs of
earlier code stay there until their part is run again. Each training is a process of its own in a clone of what is
committed when the benchmark begins. The time to train is that from the first step to the last, validation included;
the program takes some seconds more to start.
"""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import natural_folders
from benchmarks.clones import clone, training_seconds
from benchmarks.natural_code import bm3d_code, kept_network, network_code
from benchmarks.natural_networks import NETWORKS, Network
from benchmarks.natural_runs import Measured, Place, measured, run_module, train
from benchmarks.natural_tables import render
from benchmarks.recorder import Recorder, require_committed
from benchmarks.score_photographs import files_of
from denoising.baselines.bm3d import bm3d_package
from denoising.errors import DenoisingError
from denoising.io.atomic import replacing
from denoising.io.tables import read_summary
from stages.paths import BENCHMARK_NATURAL, DENOISER
from stages.run import run
from tools.experiment import read_experiment

CODE = ("denoising", "stages", "experiments", "requirements.lock", ":(glob)benchmarks/*.py")


def main() -> None:
    parts: dict[str, Callable[[Recorder, Place], None]] = {
        **{name: partial(measure_network, name) for name in NETWORKS},
        "pairs": natural_folders.measure_pairs,
        "photographs": natural_folders.measure_photographs,
        "memory": natural_folders.measure_memory,
    }
    chosen = sys.argv[1:] or list(parts)
    unknown = [part for part in chosen if part not in parts]
    if unknown:
        raise DenoisingError(f"There is no part {', '.join(unknown)}. Choose from {', '.join(parts)}.")
    require_committed(CODE)
    files_of("set12")
    bm3d_package()
    recorder = Recorder(BENCHMARK_NATURAL.with_suffix(".json"), head={})
    with tempfile.TemporaryDirectory(prefix="natural-") as name:
        committed = clone(Path(name) / "committed")
        for part in chosen:
            with tempfile.TemporaryDirectory(dir=name) as folder:
                parts[part](recorder, Place(committed, Path(folder)))
            BENCHMARK_NATURAL.write_text(render(recorder.record), encoding="utf-8")
    print(BENCHMARK_NATURAL.read_text(encoding="utf-8"))


def measure_network(name: str, recorder: Recorder, place: Place) -> None:
    """Record the trainings of a network, and BM3D on its test sets."""
    network, code, filter_code = NETWORKS[name], network_code(name, of=place.committed), bm3d_code(of=place.committed)
    for number in range(1, network.seeds + 1):
        recorder.add(name, partial(train_network, name, place), number=number, code=code)
    for test_set in network.sets:
        for sigma in network.sigmas:
            title = f"bm3d_{network.color_mode}_{test_set}_{sigma}"
            recorder.add(title, partial(score_bm3d, place, network, test_set, sigma), number=1, code=filter_code)


def train_network(name: str, place: Place, seed: int) -> Measured:
    """Train a network under a seed, keep that of the first, and score it."""
    network = NETWORKS[name]
    sections = read_experiment(network.experiment, folder=place.experiments)
    sections["train"] = {**sections["train"], **network.changes, "seed": seed}
    checkout, cost = train(sections, place, f"{name}-{seed}")
    denoiser = checkout / DENOISER
    if seed == 1:
        with replacing(kept_network(name, of=place.committed)) as (kept,):
            kept.write_bytes(denoiser.read_bytes())
    scores = {of: score(str(denoiser.absolute()), place, network, of, network.sigmas) for of in network.sets}
    return measured(training_seconds(checkout), cost.peak, scores)


def score_bm3d(place: Place, network: Network, test_set: str, sigma: int, number: int) -> Measured:
    """Score BM3D on one of the test sets of a network."""
    scores = score("bm3d", place, network, test_set, (sigma,))
    return measured(None, None, {test_set: scores})


def score(model: str, place: Place, network: Network, test_set: str, sigmas: tuple[int, ...]) -> dict[str, Any]:
    """Return the scores of a model file, or of bm3d, by sigma and metric, for each image of a test set."""
    result = place.folder / "score.json"
    words = (model, test_set, network.color_mode, str(result), *map(str, sigmas))
    run_module("benchmarks.score_photographs", *words, folder=place.committed)
    return read_summary(result)


if __name__ == "__main__":
    run(main)
