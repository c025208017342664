from pathlib import Path

import numpy as np

from denoising.figures.comparison_figures import accuracy_of_images
from denoising.figures.confusion import draw_confusion
from denoising.figures.result_figures import accuracy_gain, gain_title
from denoising.figures.results import Results
from denoising.figures.style import figure


def test_a_class_without_a_distinguishable_gain_is_named() -> None:
    classes = {"label": np.array([1.0, 3.0, 8.0]), "gain_accuracy_low": np.array([0.3, -0.02, np.nan])}
    assert accuracy_gain(classes, ["1", "3", "8"]).endswith("distinguishably for classes 3 and 8.")
    assert "every class" in accuracy_gain({name: values[:1] for name, values in classes.items()}, ["1"])


def test_the_accuracies_beside_the_confusion_matrix_are_of_the_same_realization() -> None:
    images = {
        name: np.array(of, float) for name, of in (("label", [1, 2]), ("clean_class", [1, 2]), ("noisy_class", [1, 1]))
    }
    assert accuracy_of_images(images) == {"clean": 1, "noisy": 0.5}


def test_a_denoiser_that_makes_images_worse_is_not_praised() -> None:
    assert gain_title(-1.2, low=-1.3, high=-1.1) == "Denoising decreases the PSNR by 1.2 dB on average"
    assert "not change the mean PSNR distinguishably" in gain_title(0.2, low=-0.1, high=0.5)


def test_classes_are_called_by_their_folders_if_the_font_can_draw_them() -> None:
    def names(classes: dict[str, list[str]]) -> list[str]:
        return Results(classes, {}, {}, {}, {}, Path(), 10, 100).class_names([1.0, 0.0])

    assert names({}) == ["1", "0"]
    assert names({"class_names": ["chat", "café"]}) == ["café", "chat"]
    assert names({"class_names": ["猫", "dog"]}) == ["1", "0"]
    assert names({"class_names": ["dog", 30 * "x"]}) == [23 * "x" + "…", "dog"]


def test_the_name_of_a_class_is_no_formula(tmp_path: Path) -> None:
    with figure(tmp_path / "figure.png", height=3, title="5$ or 10$", subtitle="$^$", dpi=50) as drawing:
        draw_confusion(drawing, np.array([[3, 1], [0, 2]]), ["$^$", "5$ bill"])
