"""What evaluate wrote, as the figures need it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.gallery import choose, read_sheet
from stages.lib.images import Bytes
from stages.lib.tables import read_summary, read_table

METRICS = Path("reports/metrics.json")
IMAGES = Path("reports/evaluation/images.csv")
CLASSES = Path("reports/evaluation/classes.csv")
EXAMPLES = Path("reports/evaluation/examples")
NAMES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "kmnist": "KMNIST", "digits": "the embedded digits"}

Indices = NDArray[np.intp]
Table = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Report:
    """The summary, the scores of every image and class, and how large to draw."""

    summary: dict[str, Any]
    scores: Table
    classes: Table
    columns: int
    dots_per_inch: int

    @classmethod
    def read(cls, *, columns: int, dots_per_inch: int) -> "Report":
        """Read the reports of this folder; raise Mistake where one is missing or damaged."""
        return cls(read_summary(METRICS), read_table(IMAGES), read_table(CLASSES), columns, dots_per_inch)

    @property
    def images(self) -> str:
        return f"{self.summary['images']:,} {self.summary['split']} images of {NAMES[self.summary['dataset']]}"

    @property
    def draws(self) -> str:
        count = self.summary["noise_draws"]
        return f"{count} draws of the noise" if count > 1 else "one draw of the noise"

    def example(self, group: str, count: int) -> tuple[dict[str, Bytes], Indices]:
        """Return the first `count` images of a group, for each of noisy, denoised and clean, and their indices."""
        indices = choose(self.scores["denoised_psnr"])[group]
        rows = read_sheet(EXAMPLES / f"{group}.png", count=len(indices))
        return {name: images[:count] for name, images in rows.items()}, indices[:count]

    def decibels(self, kind: str, indices: Indices) -> list[str]:
        return [f"{value:.1f} dB" for value in self.scores[f"{kind}_psnr"][indices]]
