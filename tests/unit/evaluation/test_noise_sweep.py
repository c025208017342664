from typing import Any

import numpy as np
import pytest

from denoising.evaluation.noise_sweep import evaluate_noise_sweep
from denoising.evaluation.renoised import RenoisedImages
from denoising.images import as_float
from denoising.io.splits import Split
from denoising.metrics import psnr
from denoising.noise.models import Noise

BOOTSTRAP: dict[str, Any] = {"resamples": 200, "seed": 1}


def test_the_noise_sweep_shows_that_a_denoiser_harms_clean_images(split: Split) -> None:
    images, beside = (
        RenoisedImages(split, np.arange(0, 100, step), lambda noisy: 0.5 * noisy, seed=1) for step in (5, 50)
    )
    filtered = {
        "method": np.array(["median", "median", "bm3d", "bm3d"]),
        "factor": np.array([0.0, 0.0, 0.5, 0.5]),
        "index": np.array([0, 50, 0, 50]),
        "psnr": np.array([99.0, 97.0, 17.0, 15.0]),
        "ssim": np.array([1.0, 1.0, 0.7, 0.5]),
    }
    table = evaluate_noise_sweep(images, beside, filtered, prepared=Noise("gaussian", 0.5), **BOOTSTRAP)
    assert table["factor"] == [0, 0.5]
    assert table["noisy_psnr"][0] == table["expected_noisy_psnr"][0] == 100
    assert table["denoised_psnr"][0] < 20
    assert table["filter"] == ["median", "bm3d"]
    assert table["filter_psnr"] == [98, 16]
    assert (table["images"], table["filter_images"]) == ([20, 20], [2, 2])
    clean, noisy = as_float(split.clean), split.noisy
    assert table["noisy_psnr"][1] == pytest.approx(psnr(clean[::5], noisy[::5]).mean())
    assert table["expected_noisy_psnr"][1] == pytest.approx(table["noisy_psnr"][1], abs=0.1)
    for row in range(2):
        assert table["gain_psnr"][row] == pytest.approx(table["denoised_psnr"][row] - table["noisy_psnr"][row])
    paired = psnr(clean[::50], 0.5 * noisy[::50]) - filtered["psnr"][2:]
    assert table["margin_psnr"][1] == pytest.approx(paired.mean())
