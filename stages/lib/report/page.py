"""Fills the page: numbers, tables and embedded figures, with nothing to be fetched."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from PIL import Image

from stages.lib.names import DATASETS, KINDS, METHODS
from stages.lib.tables import Table, rows_of

TEMPLATE = Path(__file__).with_name("page.html")


@dataclass(frozen=True)
class Embedded:
    """A figure as the page holds it: its PNG file in base64, its size in pixels, and its words."""

    content: str
    width: int
    height: int
    title: str
    subtitle: str


def embed(path: Path) -> Embedded:
    """Return a figure that `style.figure` wrote; its title and subtitle stand in the file."""
    with Image.open(path, formats=["PNG"]) as image:
        content = base64.b64encode(path.read_bytes()).decode("ascii")
        return Embedded(content, *image.size, title=image.info["Title"], subtitle=image.info["Description"])


def fill(
    metrics: Mapping[str, Any],
    provenance: Mapping[str, Any],
    tables: Mapping[str, Table],
    figures: Mapping[str, Embedded],
) -> str:
    """Return the page as HTML."""
    rows = rows_of(tables["methods"])
    by_name = {row["method"]: {**row, "images": int(row["images"])} for row in rows}
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        dataset=DATASETS[metrics["dataset"]],
        noise=KINDS[metrics["noise"]["kind"]],
        metrics=metrics,
        methods=METHODS,
        rows=rows,
        names=list(by_name),
        kinds=rows_of(tables["kinds"]),
        kind_names=KINDS,
        noisy=by_name["noisy"],
        black=by_name["black"],
        figures=figures,
        data=provenance["data"],
        model=provenance["models"]["denoiser"],
        made=list(lines({name: provenance[name] for name in ("data", "models", "filters", "libraries", "machine")})),
        parameters=list(lines(provenance["parameters"])),
    )


def lines(values: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value with its dotted name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from lines(value, f"{place}{name}.")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{place}{name}", shown
