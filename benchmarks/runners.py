"""Runs the trainings that are compared: that of the plain notebook, and those of this project."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clones import clone, set_parameters, training_seconds, write_data
from benchmarks.processes import Cost, run
from denoising.datasets.cache import load_copy
from stages.paths import DENOISER, EXPERIMENTS, PREPARED
from tools.experiment import read_experiment


@dataclass(frozen=True)
class Run:
    """A training: the cost of its process, the seconds to the saved model, those of the fit, and its scores."""

    cost: Cost
    seconds: float
    fit: float
    measured: dict[str, Any]


class Runners:
    """A folder with what the trainings need: MNIST for the notebook, and clones of the project.

    `split` has the splits of the project, `whole` trains on all images as the notebook does, `committed` is unchanged.
    """

    def __init__(self, folder: Path) -> None:
        arrays = load_copy("mnist").arrays
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
        measured = self.score_model(model)[0] if measure else {}
        return Run(cost, cost.seconds - afterwards, seconds["fit"], {**measured, "notebook": seconds})

    def same_work(self, *, epochs: int, seed: int = 1, count: int = 60_000, measure: bool = True) -> Run:
        # As many validation images as the notebook has, but not the test images, which would choose the epoch.
        write_data(self.whole, train=self.repeated(count), validation=self.repeated(len(self.test)))
        return self.train(self.whole, {"epochs": epochs, "seed": seed}, measure=measure)

    def experiment(self, name: str, *, seed: int) -> Run:
        settings = read_experiment(name, folder=self.committed / EXPERIMENTS)["train"]
        return self.train(self.split, {**settings, "seed": seed})

    def train(self, checkout: Path, changes: dict[str, Any], *, measure: bool = True) -> Run:
        set_parameters(checkout, {"train": changes}, of=self.committed)
        cost = run([sys.executable, "-m", "stages.train"], folder=checkout)
        fit = training_seconds(checkout)
        seconds = self.prepared.seconds + cost.seconds
        return Run(cost, seconds, fit, self.score_model(checkout / DENOISER)[0] if measure else {})

    def score_model(self, model: Path, *options: str) -> tuple[dict[str, Any], Cost]:
        """Return the scores of a model, and the cost of the process that computed them."""
        result = self.folder / "score_model.json"
        command = [sys.executable, "-m", "benchmarks.score_model", str(model), str(self.split / PREPARED), str(result)]
        cost = run([*command, *options], folder=self.committed)
        return json.loads(result.read_text(encoding="utf-8")), cost

    def repeated(self, count: int) -> np.ndarray[Any, Any]:
        return np.concatenate([self.images] * -(-count // len(self.images)))[:count]
