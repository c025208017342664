"""What evaluate and train wrote, as the figures need it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.figures.fonts import can_draw
from denoising.figures.labels import METHOD_LABELS, dataset_label, factor_text, method_label, noise_label, noise_text
from denoising.figures.style import WIDE, Layout
from denoising.images import Bytes
from denoising.io.contact_sheets import read_contact_sheet
from denoising.io.tables import Columns, read_summary, read_table
from denoising.language.texts import translated as _

ROWS = ("noisy", "denoised", "clean")
TABLES = ("images", "classes", "methods", "noise_sweep", "noise_types")
CURVES = {
    "train_loss": "train/loss",
    "validation_loss": "validation/loss",
    "validation_psnr": "validation/psnr",
    "validation_ssim": "validation/ssim",
}
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Results:
    """The summary, the tables by name, the training and its curves, the indices and sheets of the examples.

    `columns` images are drawn side by side where `layout` has room, at `dpi` dots per inch.
    """

    summary: dict[str, Any]
    tables: dict[str, Columns]
    curves: dict[str, Columns]
    training: dict[str, Any]
    examples: Columns
    sheets: Path
    columns: int
    dpi: int
    layout: Layout = WIDE

    @classmethod
    def read(cls, *, evaluation: Path, training: Path, columns: int, dpi: int) -> "Results":
        """Read the folders of the evaluation and of the training.

        Raises:
            DamagedFileError: when a file is missing or damaged.
        """
        return cls(
            summary=read_summary(evaluation / "summary.json"),
            tables={name: read_table(evaluation / f"{name}.csv") for name in TABLES},
            curves={name: read_table(training / f"plots/metrics/{path}.tsv") for name, path in CURVES.items()},
            training=read_summary(training / "summary.json"),
            examples=read_table(evaluation / "examples.csv"),
            sheets=evaluation / "examples",
            columns=columns,
            dpi=dpi,
        )

    @property
    def dataset(self) -> str:
        """The name of the data set."""
        return dataset_label(self.summary["dataset"])

    @property
    def measured_on(self) -> str:
        """The number of measured images, with their split and data set."""
        return _("{images:,} {split} images of {dataset}").format(
            images=self.summary["images"], split=_(self.summary["split"]), dataset=self.dataset
        )

    @property
    def has_classes(self) -> bool:
        return "accuracy" in self.summary["denoised"]

    def class_names(self, labels: Iterable[float], *, width: int = 24) -> list[str]:
        """Return what to call classes: the names of their folders, if they can be drawn, or their numbers.

        Names that are longer than `width` characters are cut.
        """
        names = self.summary.get("class_names", [])
        if not names or not all(map(can_draw, names)):
            return [f"{label:.0f}" for label in labels]
        return [name if len(name) <= width else f"{name[: width - 1]}…" for name in (names[int(of)] for of in labels)]

    @property
    def has_crops(self) -> bool:
        """Say whether the examples are crops of images of any size."""
        return "whole" in self.summary

    @property
    def has_other_noise(self) -> bool:
        return len(self.tables["noise_sweep"]["factor"]) > 0

    @property
    def noise_factor(self) -> float:
        return self.summary["noise"]["factor"]

    @property
    def trained_range(self) -> tuple[float, float]:
        """The lowest and the highest noise factor of the training."""
        chosen = self.training["parameters"].get("noise_factor_range", "prepared")
        low, high = [self.noise_factor] * 2 if chosen == "prepared" else chosen
        return low, high

    @property
    def trained_factors(self) -> str:
        """The noise factors of the training in words."""
        low, high = self.trained_range
        if low == high:
            return _("a noise factor of {factor}").format(factor=factor_text(low))
        return _("noise factors from {low} to {high}").format(low=factor_text(low), high=factor_text(high))

    @property
    def noise_name(self) -> str:
        return noise_label(self.summary["noise"]["kind"])

    @property
    def noise(self) -> str:
        """The type of noise with its factor."""
        return noise_text(self.summary["noise"]["kind"], self.summary["noise"].get("factor"))

    @property
    def side_by_side(self) -> int:
        """How many examples are drawn side by side: fewer of photographs, whose crops need the room."""
        return min(self.columns, self.summary["images"], self.layout.crops if self.has_crops else self.layout.images)

    @property
    def crop_note(self) -> str:
        return _("Shown: the 96x96 pixels with the largest error.") if self.has_crops else ""

    def renoised(self, images: float) -> str:
        """What is given other noise than the prepared one: a number of images, or the middle of them."""
        text = _("the middle 128x128 pixels of {count:,.0f} images") if self.has_crops else _("{count:,.0f} images")
        return text.format(count=images)

    @property
    def realizations(self) -> str:
        count = self.summary["noise_draws"]
        return _("{count} noise realizations").format(count=count) if count > 1 else _("one noise realization")

    def example(self, group: str, count: int) -> tuple[dict[str, Bytes], Indices]:
        """Return the first `count` images of a group, for each of noisy, denoised and clean, and their indices."""
        indices = self._indices(group)
        if not len(indices):
            return {name: np.zeros((0, 1, 1), np.uint8) for name in ROWS}, indices
        rows = read_contact_sheet(self.sheets / f"{group}.png", rows=ROWS, count=len(indices))
        return {name: images[:count] for name, images in rows.items()}, indices[:count]

    def methods_side_by_side(self, count: int) -> dict[str, Bytes]:
        """Return what each method makes of `count` images, from the worst method to the best."""
        rows = [*self.tables["methods"]["method"][::-1], "clean"]
        sheet = read_contact_sheet(self.sheets / "methods.png", rows=rows, count=len(self._indices("methods")))
        named = {name: method_label(name) if name in METHOD_LABELS else name for name in sheet}
        return {named[name]: images[:count] for name, images in sheet.items()}

    def file(self, index: int) -> str:
        """Return the name of the file of an image; its index, if the name cannot be drawn."""
        name = str(self.tables["images"]["file"][index])
        return name if can_draw(name) else _("image {index}").format(index=index)

    def whole(self, sheet: str) -> dict[str, Bytes]:
        """Return an image from `whole` or `whole_crop`, noisy, denoised and clean, (H, W) or (H, W, 3)."""
        rows = read_contact_sheet(self.sheets / f"{sheet}.png", rows=ROWS, count=1)
        return {name: images[0] for name, images in rows.items()}

    def decibels(self, kind: str, indices: Indices) -> list[str]:
        """Return the PSNR of each noisy or denoised image as text."""
        return [f"{value:.1f} dB" for value in self.tables["images"][f"{kind}_psnr"][indices]]

    def _indices(self, group: str) -> Indices:
        return self.examples["index"][self.examples["group"] == group].astype(np.int64)
