from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from denoising.baselines.filters import CLASSICAL_FILTERS
from denoising.datasets.registry import REGISTRY
from denoising.figures.confusion import confusion_matrix, most_confused
from denoising.figures.curves import draw_training
from denoising.figures.image_grids import grid_height
from denoising.figures.labels import DATASET_LABELS, METHOD_LABELS, NOISE_LABELS
from denoising.figures.results import Results
from denoising.figures.style import WIDE, figure
from denoising.io.baseline_results import TRIVIAL_METHODS
from denoising.noise.models import NOISE_MODELS
from denoising.noise.prepared import RECORDED
from stages.parameters.prepare import FILE_SOURCES


def texts_outside(drawing: Figure) -> list[str]:
    """Return the texts of a figure that reach out of it, to the left or right."""
    drawing.canvas.draw()
    page = drawing.bbox.padded(1)  # rounding
    texts = [
        text for text in drawing.findobj(Text) if isinstance(text, Text) and text.get_visible() and text.get_text()
    ]
    boxes = {text.get_text(): text.get_window_extent() for text in texts}
    return [text for text, box in boxes.items() if not (page.containsx(box.x0) and page.containsx(box.x1))]


@pytest.mark.parametrize("dataset", DATASET_LABELS)
@pytest.mark.parametrize("split", ["test", "validation"])
def test_a_caption_fits_for_every_data_set(dataset: str, split: str, tmp_path: Path) -> None:
    summary = {"dataset": dataset, "split": split, "images": 10_000, "noise_draws": 100}
    results = Results(summary, {}, {}, {}, {}, tmp_path, columns=10, dpi=50)
    averaged = f"{results.measured_on} and {results.realizations}"
    caption = f"By the PSNR of the denoised image, which stands above it, among {averaged}."
    title = "PSNR 12.3 dB higher than that of the best filter, mean training image"
    with figure(tmp_path / "f.png", height=3, title=title, subtitle=caption, dpi=50) as drawing:
        drawing.subplots()
    assert texts_outside(drawing) == []


def test_every_data_set_noise_model_and_method_has_a_label() -> None:
    assert set(NOISE_LABELS) == {*NOISE_MODELS, RECORDED}
    assert {*CLASSICAL_FILTERS, *TRIVIAL_METHODS, "denoiser", "noisy", "clean"} == set(METHOD_LABELS)
    assert set(DATASET_LABELS) == {*REGISTRY, "digits", *FILE_SOURCES}


def test_a_figure_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        with figure(tmp_path / name, height=2, title="Title", subtitle="Text", dpi=50) as drawing:
            drawing.subplots().plot(np.arange(3))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


@pytest.mark.parametrize("columns", [1, 3, 12])
def test_a_figure_of_images_is_never_taller_than_a_page(columns: int) -> None:
    assert 1 < grid_height(4, columns) < WIDE.width


def test_a_row_of_the_confusion_matrix_is_a_class_and_a_column_a_prediction() -> None:
    counts = confusion_matrix(np.array([0.0, 0, 0, 2]), np.array([0.0, 1, 1, 2]))
    assert counts.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]
    assert most_confused(counts) == (0, 1)
    assert most_confused(np.eye(3, dtype=np.int64)) is None


def test_the_saved_epoch_is_marked_at_its_values(tmp_path: Path) -> None:
    epochs = np.array([1.0, 2, 3])
    with figure(tmp_path / "f.png", height=3, title="Title", subtitle="Text", dpi=50) as drawing:
        losses = {"train": epochs, "validation": epochs}
        draw_training(drawing, epochs=epochs, losses=losses, psnr=10 * epochs, ssim=epochs / 10, saved=2, layout=WIDE)
    _, middle, right = drawing.axes
    for axes, value in ((middle, 20), (right, 0.2)):
        (marked,) = (line for line in axes.lines if line.get_label() == "saved")
        assert np.ravel(marked.get_ydata()).tolist() == [value]


def test_a_long_title_is_not_broken_within_a_name(tmp_path: Path) -> None:
    title = "PSNR 3.1 dB higher than that of the best filter, non-local means"
    with figure(tmp_path / "f.png", height=3, title=title, subtitle="Text", dpi=50) as drawing:
        drawing.subplots()
    assert drawing.get_suptitle() == "PSNR 3.1 dB higher than that of the best filter,\nnon-local means"
