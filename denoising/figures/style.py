"""The style of every figure: one palette, one font size, and the same bytes for the same input."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from denoising.figures.fonts import families
from denoising.figures.wrapping import wrap
from denoising.language.texts import spaced, width

CAPTION_WIDTH, TITLE_WIDTH = 92, 56  # columns that fit in a line of a wide figure
NOISY_COLOR, DENOISED_COLOR = "#9aa0a6", "#1f6feb"
BASELINE_COLOR, IN_DISTRIBUTION_COLOR = "#d9822b", "#a9c8f5"
STYLE: Any = {
    "font.size": 12,
    "text.parse_math": False,  # names of files and classes are no formulas
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "legend.edgecolor": "none",
    "legend.framealpha": 0.9,
    "figure.facecolor": "white",
}


@dataclass(frozen=True)
class Layout:
    """For which page a figure is drawn.

    On a `narrow` page, panels stand one above the other, and the page has title and caption; else they are part of the
    figure. `width` and `heading`, what these take, are in inches. `images` and `crops` are how many stand side by side
    at most, `labels` how many columns the names of ticks may take.
    """

    width: float
    heading: float
    narrow: bool
    images: int
    crops: int
    labels: int

    def panels(self, drawing: Figure, count: int, **side_by_side: Any) -> list[Any]:
        """Return the panels of a figure: side by side, or, in a narrow one, one above the other."""
        grid = drawing.subplots(count, 1) if self.narrow else drawing.subplots(1, count, **side_by_side)
        return list(grid)

    def height(self, wide: float, *, panels: int = 1) -> float:
        """Return the height in inches of a figure whose height is `wide` on a wide page."""
        body = wide - WIDE.heading
        return self.heading + body * (0.85 if panels == 1 else 0.68 * panels) if self.narrow else wide


# A README shows a wide figure at about 800 pixels, a phone a narrow one at about 360.
WIDE = Layout(width=8.0, heading=0.85, narrow=False, images=12, crops=4, labels=36)
NARROW = Layout(width=4.0, heading=0.1, narrow=True, images=4, crops=2, labels=24)


def slanted(names: Collection[str], layout: Layout) -> dict[str, Any]:
    """Return options for the labels of ticks: slanted where they would not fit side by side."""
    wide = sum(map(width, names)) > layout.labels
    return {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if wide else {}


@contextmanager
def figure(
    path: Path, *, height: float, title: str, subtitle: str, dpi: int, layout: Layout = WIDE
) -> Iterator[Figure]:
    """Yield an empty figure of `height` inches with a title and a subtitle under it, and write it as PNG to `path`."""
    title, subtitle = spaced(title), spaced(subtitle)
    with matplotlib.style.context(["default", {**STYLE, "font.family": families()}]):
        engine = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03, hspace=0.01, wspace=0.01)
        drawing = Figure(figsize=(layout.width, height), layout=engine)
        FigureCanvasAgg(drawing)
        if not layout.narrow:
            drawing.suptitle(wrap(title, TITLE_WIDTH), x=0.01, ha="left", fontsize=15, fontweight="bold")
            caption = "\n".join(wrap(line, CAPTION_WIDTH) for line in subtitle.splitlines())
            drawing.supxlabel(caption, x=0.01, ha="left", fontsize=11, color="#444444")
        yield drawing
        drawing.savefig(path, dpi=dpi, metadata={"Software": None, "Title": title, "Description": subtitle})
