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
from tools.experiment import FOLDER as EXPERIMENTS
from tools.experiment import read_experiment

TIMES = Path("logs/times/train.csv")


@dataclass(frozen=True)
class Run:
    """One training: what the process cost, its seconds to the saved model, those of the training, and what it gave."""

    cost: Cost
    seconds: float
    fit: float
    measured: dict[str, Any]


class Bench:
    """A folder with what both ways need: MNIST for the notebook, and clones of the project.

    `split` has the splits of the project, `whole` all images to train on, as the notebook; `committed` stays as it is.
    """

    def __init__(self, folder: Path) -> None:
        arrays = load_arrays("mnist")
        self.images, self.test = arrays["train-images"], arrays["t10k-images"]
        self.folder = folder
        self.split = clone(folder / "split")
        self.prepared = run([sys.executable, "-m", "stages.prepare"], folder=self.split)
        self.committed = clone(folder / "committed")
        self.whole = clone(folder / "whole")

    def notebook(self, *, epochs: int, count: int = 60_000, measure: bool = True) -> Run:
        data, model, times = (self.folder / name for name in ("mnist.npz", "notebook.h5", "times.json"))
        np.savez(data, x_train=self.repeated(count), x_test=self.test)
        script = [sys.executable, str(self.committed / "benchmarks/notebook.py"), str(data), str(model), str(times)]
        cost = run([*script, str(epochs)], folder=self.folder, environment={"TF_CPP_MIN_LOG_LEVEL": "3"})
        seconds = json.loads(times.read_text(encoding="utf-8"))
        afterwards = seconds["predict"] + seconds["predict_again"] + seconds["predict_500"]
        measured = self.ruler(model) if measure else {}
        return Run(cost, cost.seconds - afterwards, seconds["fit"], {**measured, "notebook": seconds})

    def same_work(self, *, epochs: int, count: int = 60_000, measure: bool = True) -> Run:
        # As many images in validation as the notebook has; not those of the test, which would choose the epoch.
        write_data(self.whole, train=self.repeated(count), validation=self.repeated(len(self.test)))
        return self.train(self.whole, {"epochs": epochs}, measure=measure)

    def experiment(self, name: str) -> Run:
        return self.train(self.split, read_experiment(name, folder=self.committed / EXPERIMENTS)["train"])

    def train(self, checkout: Path, changes: dict[str, Any], *, measure: bool = True) -> Run:
        set_parameters(checkout, "train", changes, of=self.committed)
        cost = run([sys.executable, "-m", "stages.train"], folder=checkout)
        fit = float(read_table(checkout / TIMES)["seconds"][0])
        return Run(cost, cost.seconds, fit, self.ruler(checkout / "models/denoiser.h5") if measure else {})

    def ruler(self, model: Path, *options: str) -> dict[str, Any]:
        result = self.folder / "ruler.json"
        command = [sys.executable, "-m", "benchmarks.ruler", str(model), str(self.split / FOLDER), str(result)]
        cost = run([*command, *options], folder=self.committed)
        return {**json.loads(result.read_text(encoding="utf-8")), "command": cost.seconds}

    def repeated(self, count: int) -> np.ndarray[Any, Any]:
        return np.concatenate([self.images] * -(-count // len(self.images)))[:count]
