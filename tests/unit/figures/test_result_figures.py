import numpy as np

from denoising.figures.result_figures import recognition_gain


def test_a_class_without_a_clear_gain_is_named() -> None:
    classes = {"label": np.array([1.0, 3.0, 8.0]), "gain_recognised_low": np.array([0.3, -0.02, -0.03])}
    assert recognition_gain(classes) == "No clear gain in recognised images for class 3, 8."
    assert "every class" in recognition_gain({name: values[:1] for name, values in classes.items()})
