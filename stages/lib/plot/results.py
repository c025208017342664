"""What evaluate wrote, as the figures need it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stages.lib.gallery import ROWS, Indices, choose, one_of_each_class, read_sheet
from stages.lib.images import Bytes
from stages.lib.names import DATASETS, KINDS, METHODS
from stages.lib.tables import Columns, read_summary, read_table

METRICS = Path("reports/metrics.json")
TABLES = Path("reports/evaluation")
EXAMPLES = Path("reports/evaluation/examples")


@dataclass(frozen=True)
class Results:
    """The summary, the tables of images, classes, methods, levels and kinds of noise, and how large to draw."""

    summary: dict[str, Any]
    images: Columns
    classes: Columns
    methods: Columns
    levels: Columns
    kinds: Columns
    columns: int
    dots_per_inch: int

    @classmethod
    def read(cls, *, columns: int, dots_per_inch: int) -> "Results":
        """Read the reports of this folder; raise Mistake where one is missing or damaged."""
        names = ("images", "classes", "methods", "levels", "kinds")
        tables = {name: read_table(TABLES / f"{name}.csv") for name in names}
        return cls(read_summary(METRICS), **tables, columns=columns, dots_per_inch=dots_per_inch)

    @property
    def dataset(self) -> str:
        return DATASETS[self.summary["dataset"]]

    @property
    def measured_on(self) -> str:
        return f"{self.summary['images']:,} {self.summary['split']} images of {self.dataset}"

    @property
    def noise(self) -> dict[str, Any]:
        return self.summary["noise"]

    @property
    def noise_name(self) -> str:
        return KINDS[self.noise["kind"]]

    @property
    def draws(self) -> str:
        count = self.summary["noise_draws"]
        return f"{count} draws of the noise" if count > 1 else "one draw of the noise"

    def example(self, group: str, count: int) -> tuple[dict[str, Bytes], Indices]:
        """Return the first `count` images of a group, for each of noisy, denoised and clean, and their indices."""
        indices = choose(self.images)[group]
        if not len(indices):
            return {name: np.zeros((0, 1, 1), np.uint8) for name in ROWS}, indices
        rows = read_sheet(EXAMPLES / f"{group}.png", count=len(indices))
        return {name: images[:count] for name, images in rows.items()}, indices[:count]

    def methods_side_by_side(self, count: int) -> dict[str, Bytes]:
        """Return what each method makes of `count` images, one of each class."""
        shown = len(one_of_each_class(self.images["label"][self.images["filtered"] == 1]))
        rows = [*self.methods["method"][::-1], "clean"]  # as they are written, from the worst to the best
        sheet = read_sheet(EXAMPLES / "methods.png", rows=rows, count=shown)
        return {METHODS.get(name, name): images[:count] for name, images in sheet.items()}

    def decibels(self, kind: str, indices: Indices) -> list[str]:
        return [f"{value:.1f} dB" for value in self.images[f"{kind}_psnr"][indices]]
