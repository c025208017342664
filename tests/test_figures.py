import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from stages.lib.filter.filters import FILTERS
from stages.lib.filtered import TRIVIAL
from stages.lib.names import DATASETS, KINDS, METHODS
from stages.lib.noise import families
from stages.lib.plot.images import height_of
from stages.lib.plot.results import Results
from stages.lib.plot.style import WIDTH, figure
from stages.lib.prepare.parameters import PrepareParameters

ROOT = Path(__file__).parent.parent


def texts_outside(drawing: Figure) -> list[str]:
    """Return the texts of a figure that reach out of it, to the left or right."""
    drawing.canvas.draw()
    page = drawing.bbox.padded(1)  # rounding
    texts = [
        text for text in drawing.findobj(Text) if isinstance(text, Text) and text.get_visible() and text.get_text()
    ]
    boxes = {text.get_text(): text.get_window_extent() for text in texts}
    return [text for text, box in boxes.items() if not (page.containsx(box.x0) and page.containsx(box.x1))]


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("split", ["test", "validation"])
def test_a_caption_fits_whatever_was_measured(dataset: str, split: str, tmp_path: Path) -> None:
    summary = {"dataset": dataset, "split": split, "images": 10_000, "noise_draws": 100}
    results = Results(summary, {}, {}, {}, {}, {}, columns=10, dots_per_inch=50)
    caption = (
        f"By the PSNR of the denoised image, which stands above it, among {results.measured_on} and {results.draws}."
    )
    with figure(tmp_path / "f.png", height=3, title="Title", subtitle=caption, dots_per_inch=50) as drawing:
        drawing.subplots()
    assert texts_outside(drawing) == []


def test_every_source_kind_and_method_has_a_name_in_the_figures() -> None:
    assert set(KINDS) == set(families.KINDS)
    assert {*FILTERS, *TRIVIAL, "denoiser", "noisy", "clean"} == set(METHODS)
    assert set(DATASETS) == set(PrepareParameters.model_fields["source"].annotation.__args__)  # type: ignore[union-attr]


def test_a_figure_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        with figure(tmp_path / name, height=2, title="Title", subtitle="Text", dots_per_inch=50) as drawing:
            drawing.subplots().plot(np.arange(3))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize("columns", [1, 3, 12])
def test_a_figure_of_images_is_never_taller_than_a_page(columns: int) -> None:
    assert 1 < height_of(4, columns) < WIDTH


def test_the_committed_figures_are_as_wide_as_the_readme_shows_them() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    assert metrics["images"]
    for path in (ROOT / "reports/figures").iterdir():
        assert path.read_bytes()[16:20] == (1200).to_bytes(4, "big"), path
