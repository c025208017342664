"""Fills the template of the page with numbers, tables and embedded figures."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from denoising.figures.labels import (
    contains_zero,
    dataset_label,
    in_brackets,
    interval_text,
    method_label,
    noise_label,
    noise_text,
)
from denoising.io.tables import Table, table_rows
from denoising.language.texts import ENGLISH, current_language, spaced
from denoising.language.texts import translated as _

FOLDER = Path(__file__).parent  # of the template, and of its translations, which replace the blocks of prose


@dataclass(frozen=True)
class EmbeddedFigure:
    """A figure for the page, for wide and narrow screens: PNG files in base64 with their sizes, title and subtitle."""

    wide: tuple[str, int, int]
    narrow: tuple[str, int, int]
    title: str
    subtitle: str


def embed_figure(path: Path, *, narrow: Path) -> EmbeddedFigure:
    """Return a figure that `figures.style.figure` wrote; its title and subtitle are stored in the file."""
    files = {}
    for file in (path, narrow):
        with Image.open(file, formats=["PNG"]) as image:
            files[file] = (base64.b64encode(file.read_bytes()).decode("ascii"), *image.size)
            title, subtitle = image.info["Title"], image.info["Description"]
    return EmbeddedFigure(files[path], files[narrow], title, subtitle)


def render_page(
    summary: Mapping[str, Any],
    provenance: Mapping[str, Any],
    tables: Mapping[str, Table],
    figures: Mapping[str, EmbeddedFigure],
    *,
    seeds: Mapping[str, Any] | None = None,
) -> str:
    """Return the page as HTML, in the language of this block, with nothing to be fetched.

    `seeds` has mean and standard deviation of PSNR and SSIM over trainings with other seeds, where they were measured.
    """
    rows = table_rows(tables["methods"])
    by_name = {row["method"]: {**row, "images": int(row["images"])} for row in rows}
    has_classes = "accuracy" in summary["denoised"]
    margin = summary["intervals"]["margin"].get("accuracy", {})
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, loader=FileSystemLoader(FOLDER)
    )
    environment.globals["_"] = _
    chosen = current_language()
    sources = ("data", "models", "filters", "libraries", "machine")
    return environment.get_template("page.html" if chosen == ENGLISH else f"page.{chosen}.html").render(
        language=chosen,
        spaced=spaced,
        dataset=dataset_label(summary["dataset"]),
        noise=noise_text(summary["noise"]["kind"], summary["noise"].get("factor")),
        clipped=summary["noise"].get("clip", False),
        has_classes=has_classes,
        has_crops="whole" in summary,
        patches=provenance["parameters"]["train"].get("examples") == "patches",
        summary=summary,
        seeds=seeds,
        cautions=list(cautions(summary, provenance)),
        interval_text=interval_text,
        in_brackets=in_brackets,
        contains_zero=contains_zero,
        margin_accuracy={end: scaled(of, 100) for end, of in margin.items()},
        method_label=method_label,
        rows=rows,
        names=list(by_name),
        noise_types=table_rows(tables["noise_types"]),
        noise_label=noise_label,
        noisy=by_name["noisy"],
        black=by_name.get("black"),
        figures=figures,
        data=provenance["data"],
        train_images=round(
            provenance["parameters"]["train"]["train_fraction"] * provenance["data"]["splits"]["train"]["images"]
        ),
        model=provenance["models"]["denoiser"],
        made=list(flatten({name: provenance[name] for name in sources})),
        parameters=list(flatten(provenance["parameters"])),
    )


def cautions(summary: Mapping[str, Any], provenance: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each reason to distrust the results."""
    if summary["repeated_images"]:
        yield _(
            "{repeated:,} of these {images:,} are also among the images trained on: the data set repeats them. The "
            "scores are too high."
        ).format(repeated=summary["repeated_images"], images=summary["images"])
    if summary["noisy"]["mse"] and summary["denoised"]["psnr"] <= summary["noisy"]["psnr"]:
        yield _(
            "The PSNR of the denoised images is not higher than that of the noisy ones: the network has not learned."
        )
    shared = summary.get("images_with_shared_blocks", 0) + summary.get("near_duplicates", 0)
    if shared:
        yield _("Some of these images look like training images, or share a part with one. The scores may be too high.")
    if not provenance["data"]["verified"]:
        yield _("This is an unverified copy of the data set: no checksum of its content is known.")


def scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value as text with its dotted name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
