"""The two ways of training that are compared: the plain notebook's, and this project's."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import Cost, run
from benchmarks.scratch import clone, set_parameters, write_data
from stages.lib.dataset import FOLDER
from stages.lib.prepare.cache import load_arrays
from stages.lib.tables import read_table
from tools.experiment import read_experiment

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
        return self.train(self.split, read_experiment(name)["train"])

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
