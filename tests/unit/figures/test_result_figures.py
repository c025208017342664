import numpy as np

from denoising.figures.result_figures import accuracy_gain, gain_title


def test_a_class_without_a_distinguishable_gain_is_named() -> None:
    classes = {"label": np.array([1.0, 3.0, 8.0]), "gain_accuracy_low": np.array([0.3, -0.02, np.nan])}
    assert accuracy_gain(classes) == "The accuracy does not increase distinguishably for class 3, 8."
    assert "every class" in accuracy_gain({name: values[:1] for name, values in classes.items()})


def test_a_denoiser_that_makes_images_worse_is_not_praised() -> None:
    assert gain_title(-1.2, low=-1.3, high=-1.1) == "Denoising decreases the PSNR by 1.2 dB on average"
    assert "not change the mean PSNR distinguishably" in gain_title(0.2, low=-0.1, high=0.5)
