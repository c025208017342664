"""Measure this project beside the plain-notebook way, in turns, on MNIST. This is `make bench`.

    python -m benchmarks.beside_notebook    # an hour; with QUICK=1 in the environment, five minutes

Each training is a process of its own, in a clone of what is committed. Both ways are measured by the same ruler
(`ruler.py`) on the same noisy test images. Medians are followed by the least and the most.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.processes import Cost, run
from benchmarks.scratch import clone, set_parameters, write_data
from stages.lib.dataset import FOLDER
from stages.lib.prepare.cache import load_arrays
from stages.lib.tables import read_table

QUICK = os.environ.get("QUICK", "") not in ("", "0")
ROUNDS = 1 if QUICK else 3
EPOCHS = 1 if QUICK else 10
SIZES = (6_000, 60_000) if QUICK else (6_000, 60_000, 240_000)
RESULTS = Path("logs/bench-quick" if QUICK else "benchmarks/results/beside_notebook")
TIMES = Path("logs/times/train.csv")


@dataclass(frozen=True)
class Run:
    """One training: what the whole process cost, the seconds of the training alone, and what the ruler says."""

    cost: Cost
    fit: float
    measured: dict[str, Any]


class Bench:
    """A folder with what both ways need: MNIST for the notebook, and two clones of the project with other data."""

    def __init__(self, folder: Path) -> None:
        arrays = load_arrays("mnist")
        self.images, self.test = arrays["train-images"], arrays["t10k-images"]
        self.folder = folder
        self.split = self.project = clone(folder / "split")  # the project's own splits, as `prepare` makes them
        self.prepared = run([sys.executable, "-m", "stages.prepare"], folder=self.split)
        self.committed = clone(folder / "committed")
        self.whole = clone(folder / "whole")  # what the notebook has: all images to train, the test images to validate

    def notebook(self, *, epochs: int, count: int = 60_000, measure: bool = True) -> Run:
        data, model, times = (self.folder / name for name in ("mnist.npz", "notebook.h5", "times.json"))
        np.savez(data, x_train=self.repeated(count), x_test=self.test)
        script = [sys.executable, str(self.project / "benchmarks/notebook.py"), str(data), str(model), str(times)]
        cost = run([*script, str(epochs)], folder=self.folder, environment={"TF_CPP_MIN_LOG_LEVEL": "3"})
        seconds = json.loads(times.read_text(encoding="utf-8"))
        return Run(cost, seconds["fit"], {**(self.ruler(model) if measure else {}), "notebook": seconds})

    def same_work(self, *, epochs: int, count: int = 60_000, measure: bool = True) -> Run:
        write_data(self.whole, train=self.repeated(count), validation=self.test)
        return self.train(self.whole, {"epochs": epochs}, measure=measure)

    def experiment(self, name: str) -> Run:
        text = (self.project / f"experiments/{name}.yaml").read_text(encoding="utf-8")
        return self.train(self.split, yaml.safe_load(text)["train"])

    def train(self, checkout: Path, changes: dict[str, Any], *, measure: bool = True) -> Run:
        set_parameters(checkout, "train", changes, of=self.committed)
        cost = run([sys.executable, "-m", "stages.train"], folder=checkout)
        fit = float(read_table(checkout / TIMES)["seconds"][0])
        return Run(cost, fit, self.ruler(checkout / "models/denoiser.h5") if measure else {})

    def ruler(self, model: Path, *options: str) -> dict[str, Any]:
        result = self.folder / "ruler.json"
        command = [sys.executable, "-m", "benchmarks.ruler", str(model), str(self.split / FOLDER), str(result)]
        cost = run([*command, *options], folder=self.project)
        return {**json.loads(result.read_text(encoding="utf-8")), "command": cost.seconds}

    def repeated(self, count: int) -> np.ndarray[Any, Any]:
        return np.concatenate([self.images] * -(-count // len(self.images)))[:count]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        bench = Bench(Path(name))
        path = RESULTS.with_suffix(".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        for line in chain(head(), training(bench), growth(bench)):
            lines.append(line)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"\n{path.read_text(encoding='utf-8')}\n(written to {path})")


def head() -> Iterable[str]:
    yield f"# Beside the plain notebook: MNIST, Gaussian noise of factor 0.5, {os.cpu_count()} cores"
    yield ""
    yield f"`make bench`, {ROUNDS} rounds in turns, medians (least to most). {platform.system()} {platform.machine()}."
    yield ""


def training(bench: Bench) -> Iterable[str]:
    """Yield what training takes and reaches, and how quick predictions are."""
    ways: dict[str, Callable[[], Run]] = {
        "notebook": lambda: bench.notebook(epochs=EPOCHS),
        "same work": lambda: bench.same_work(epochs=EPOCHS),
        "fast": lambda: bench.experiment("fast"),
        **({} if QUICK else {"balanced": lambda: bench.experiment("balanced")}),
    }
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, way in ways.items():
            tell(f"round {number + 1} of {ROUNDS}: {name}")
            runs[name].append(way())
    notebook = runs["notebook"]
    yield f"| {EPOCHS} epochs in the notebook | training | share | end to end | peak memory | test PSNR | test SSIM |"
    yield "|---|---|---|---|---|---|---|"
    for name, of in runs.items():
        fit = [one.fit for one in of]
        share = statistics.median(fit) / statistics.median(one.fit for one in notebook)
        prepare = 0.0 if name == "notebook" else bench.prepared.seconds
        cells = [
            {"same work": f"this project, the same work ({EPOCHS} epochs of cae)"}.get(name, name),
            seconds(fit),
            f"1/{1 / share:.0f}" if share < 0.2 else f"{share:.2f}",
            seconds([one.cost.seconds + prepare for one in of]),
            f"{statistics.median(one.cost.peak for one in of):,.0f} MB",
            spread([one.measured["psnr"] for one in of], ".2f") + " dB",
            spread([one.measured["ssim"] for one in of], ".3f"),
        ]
        yield f"| {' | '.join(cells)} |"
    own = statistics.median(one.measured["psnr"] for one in notebook)
    reached = min(one.measured["psnr"] for one in runs["fast"])
    yield ""
    yield f"The notebook ends at {own:.2f} dB; the least of `fast` is {reached:.2f} dB."
    yield "End to end is from the command to the saved model; for the project with `prepare` before it."
    yield from predictions(bench, notebook, runs["same work"])


def predictions(bench: Bench, notebook: list[Run], project: list[Run]) -> Iterable[str]:
    model = bench.whole / "models/denoiser.h5"
    load = "import keras, numpy; m = keras.models.load_model({!r}, compile=False); m.predict(numpy.load({!r})[:1])"
    plain = [sys.executable, "-c", load.format(str(model), str(bench.split / FOLDER / "test_noisy.npy"))]
    first: dict[str, list[float]] = {"theirs": [], "ours": []}
    for number in range(ROUNDS):
        tell(f"round {number + 1} of {ROUNDS}: from command to first result")
        first["theirs"].append(run(plain, folder=bench.folder).seconds)
        first["ours"].append(bench.ruler(model, "1")["command"])
    rates = {
        "`predict` of the notebook": ([one.measured["notebook"] for one in notebook], first["theirs"]),
        "this project": ([one.measured for one in project], first["ours"]),
    }
    yield ""
    yield "| predictions, cae, 10,000 images | images a second | the first time | from command to first result |"
    yield "|---|---|---|---|"
    for name, (of, start) in rates.items():
        again, once = ([len(bench.test) / one[key] for one in of] for key in ("predict_again", "predict"))
        yield f"| {name} | {spread(again, ',.0f')} | {spread(once, ',.0f')} | {seconds(start)} |"


def growth(bench: Bench) -> Iterable[str]:
    """Yield how time and memory of an epoch grow with the number of training images."""
    yield ""
    yield "| one epoch of | notebook | its peak memory | its private | this project | its peak memory | its private |"
    yield "|---|---|---|---|---|---|---|"
    for count in SIZES:
        cells = []
        for way in (bench.notebook, bench.same_work):
            tell(f"{count:,} images: {way.__name__}")
            one = way(epochs=1, count=count, measure=False)
            private = "unknown" if one.cost.private is None else f"{one.cost.private:,.0f} MB"
            cells += [f"{one.fit:.1f} s", f"{one.cost.peak:,.0f} MB", private]
        yield f"| {count:,} images | {' | '.join(cells)} |"


def seconds(values: Iterable[float]) -> str:
    return spread(list(values), ".1f") + " s"


def spread(values: list[float], form: str) -> str:
    middle = f"{statistics.median(values):{form}}"
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}} to {max(values):{form}})"


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
