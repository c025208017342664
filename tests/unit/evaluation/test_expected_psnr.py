import numpy as np
import pytest

from denoising.datasets.cache import load_copy
from denoising.evaluation.expected_psnr import expected_noisy_psnr
from denoising.images import as_float
from denoising.metrics import psnr, psnr_from_mse
from denoising.noise.models import Noise, add_noise
from denoising.noise.moments import expected_squared_error


@pytest.mark.parametrize("factor", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])
def test_the_psnr_of_noisy_mnist_matches_the_closed_form(factor: float, real_mnist: object) -> None:
    """Against the noise itself, and for the error pooled over all images against figures computed elsewhere."""
    images = load_copy("mnist").arrays["t10k-images"][..., np.newaxis]
    clean = as_float(images[::20])
    measured = psnr(clean, add_noise(clean, Noise("gaussian", factor), seed=1, key=(0,))).mean()
    assert measured == pytest.approx(expected_noisy_psnr(images[::20], Noise("gaussian", factor)), abs=0.03)
    elsewhere = {0.1: 22.65, 0.2: 16.74, 0.3: 13.31, 0.4: 10.99, 0.5: 9.37, 0.6: 8.23, 0.8: 6.81, 1.0: 5.98}
    pooled = expected_squared_error(np.arange(256) / 255, Noise("gaussian", factor))[images].mean()
    assert psnr_from_mse(pooled) == pytest.approx(elsewhere[factor], abs=0.006)


def test_the_psnr_is_averaged_over_images_not_over_pixels() -> None:
    """A black and a grey image: on grey, noise is clipped on both sides, on black on one."""
    clean = np.stack([np.zeros((8, 8, 1), np.uint8), np.full((8, 8, 1), 128, np.uint8)])
    alone = [expected_noisy_psnr(image[np.newaxis], Noise("gaussian", 0.5)) for image in clean]
    assert abs(alone[0] - alone[1]) > 0.1
    assert expected_noisy_psnr(clean, Noise("gaussian", 0.5)) == pytest.approx(np.mean(alone), abs=1e-12)
