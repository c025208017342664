"""Fills the template of the page with numbers, tables and embedded figures."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from PIL import Image

from denoising.figures.labels import (
    DATASET_LABELS,
    METHOD_LABELS,
    NOISE_LABELS,
    contains_zero,
    factor_text,
    in_brackets,
    interval_text,
)
from denoising.io.tables import Table, rows_of

TEMPLATE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class EmbeddedFigure:
    """A figure for the page: its PNG file in base64, its size in pixels, its title and subtitle."""

    content: str
    width: int
    height: int
    title: str
    subtitle: str


def embed_figure(path: Path) -> EmbeddedFigure:
    """Return a figure that `figures.style.figure` wrote; its title and subtitle are stored in the file."""
    with Image.open(path, formats=["PNG"]) as image:
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        return EmbeddedFigure(content, *image.size, title=image.info["Title"], subtitle=image.info["Description"])


def render_page(
    summary: Mapping[str, Any],
    provenance: Mapping[str, Any],
    tables: Mapping[str, Table],
    figures: Mapping[str, EmbeddedFigure],
    *,
    seeds: Mapping[str, Any] | None = None,
) -> str:
    """Return the page as HTML, with nothing to be fetched.

    `seeds` has mean and standard deviation of PSNR and SSIM over trainings with other seeds, where they were measured.
    """
    rows = rows_of(tables["methods"])
    by_name = {row["method"]: {**row, "images": int(row["images"])} for row in rows}
    has_classes = "accuracy" in summary["denoised"]
    margin = summary["intervals"]["margin"].get("accuracy", {})
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    sources = ("data", "models", "filters", "libraries", "machine")
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        dataset=DATASET_LABELS[summary["dataset"]],
        noise=noise_text(summary["noise"]),
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
        method_labels=METHOD_LABELS,
        rows=rows,
        names=list(by_name),
        noise_types=rows_of(tables["noise_types"]),
        noise_labels=NOISE_LABELS,
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


def noise_text(noise: Mapping[str, Any]) -> str:
    factor = f" of factor {factor_text(noise['factor'])}" if "factor" in noise else ""
    return f"{NOISE_LABELS[noise['kind']]} noise{factor}"


def cautions(summary: Mapping[str, Any], provenance: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each reason to distrust the results."""
    if summary["repeated_images"]:
        yield (
            f"{summary['repeated_images']:,} of these {summary['images']:,} are also among the images trained on: "
            "the data set repeats them. The scores are too high."
        )
    shared = summary.get("images_with_shared_blocks", 0) + summary.get("near_duplicates", 0)
    if shared:
        yield "Some of these images look like training images, or share a part with one. The scores may be too high."
    if not provenance["data"]["verified"]:
        yield "This is an unverified copy of the data set: no checksum of its content is known."


def scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value as text with its dotted name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
