"""The style of every figure: one palette, one font size, and the same bytes for the same input."""

import textwrap
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine

CAPTION_WIDTH, TITLE_WIDTH, LABELS_WIDTH = 92, 56, 36  # characters that fit in a line, and under half a figure
WIDTH = 8.0  # inches; 1,200 pixels at 150 dpi, which a README shows at about 800
NOISY_COLOR, DENOISED_COLOR = "#9aa0a6", "#1f6feb"
BASELINE_COLOR, IN_DISTRIBUTION_COLOR = "#d9822b", "#a9c8f5"
STYLE: Any = {
    "font.family": "DejaVu Sans",
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


def can_draw(text: str) -> bool:
    """Say whether the font has every character of a text, such as the name of a file in any script."""
    known = get_font(findfont(STYLE["font.family"])).get_charmap()
    return all(ord(char) in known for char in text)


def slanted(names: Collection[str]) -> dict[str, Any]:
    """Return options for the labels of ticks: slanted where they would not fit side by side."""
    return {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if sum(map(len, names)) > LABELS_WIDTH else {}


@contextmanager
def figure(path: Path, *, height: float, title: str, subtitle: str, dpi: int) -> Iterator[Figure]:
    """Yield an empty figure of `height` inches with a title and a subtitle under it, and write it as PNG to `path`."""
    with matplotlib.style.context(["default", STYLE]):
        layout = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03, hspace=0.01, wspace=0.01)
        drawing = Figure(figsize=(WIDTH, height), layout=layout)
        FigureCanvasAgg(drawing)
        heading = textwrap.fill(title, TITLE_WIDTH, break_on_hyphens=False)
        drawing.suptitle(heading, x=0.01, ha="left", fontsize=15, fontweight="bold")
        caption = "\n".join(textwrap.fill(line, CAPTION_WIDTH) for line in subtitle.splitlines())
        drawing.supxlabel(caption, x=0.01, ha="left", fontsize=11, color="#444444")
        yield drawing
        drawing.savefig(path, dpi=dpi, metadata={"Software": None, "Title": title, "Description": subtitle})
