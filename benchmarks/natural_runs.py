"""Runs stages in clones with chosen parameters, for the benchmark of photographs."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.clones import clone, set_parameters
from benchmarks.formatting import describe_processor
from benchmarks.processes import Cost, run
from stages.paths import EXPERIMENTS

Sections = dict[str, Any]  # complete sections of params.yaml


@dataclass(frozen=True)
class Place:
    """A clone of what is committed, and a folder for what a part of the benchmark makes."""

    committed: Path
    folder: Path

    @property
    def experiments(self) -> Path:
        """The folder of the named experiments."""
        return self.committed / EXPERIMENTS


@dataclass(frozen=True)
class Measured:
    """The machine, seconds and peak memory in megabytes of what was run, if they were measured, and its scores."""

    machine: str
    seconds: float | None
    peak: float | None
    scores: dict[str, Any]


def measured(seconds: float | None, peak: float | None, scores: dict[str, Any]) -> Measured:
    """Return a measurement on this machine."""
    return Measured(describe_processor(), seconds, peak, scores)


def train(sections: Sections, place: Place, name: str) -> tuple[Path, Cost]:
    """Return a checkout in which a denoiser was trained with these sections, and the cost of the training."""
    checkout = checkout_with(sections, place, name)
    for stage in ("index", "prepare"):
        run_stage(stage, checkout)
    return checkout, run_stage("train", checkout)


def checkout_with(sections: Sections, place: Place, name: str) -> Path:
    """Return a clone with these sections in its params.yaml."""
    checkout = clone(place.folder / name, of=place.committed)
    set_parameters(checkout, sections, of=checkout)
    return checkout


def run_stage(stage: str, checkout: Path) -> Cost:
    """Run a stage, and return its cost."""
    return run_module(f"stages.{stage}", folder=checkout)


def run_module(module: str, *words: str, folder: Path) -> Cost:
    """Run a module of a clone with arguments, and return its cost."""
    return run([sys.executable, "-m", module, *words], folder=folder)
