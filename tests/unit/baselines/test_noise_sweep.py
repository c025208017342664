import numpy as np
import pytest

from denoising.baselines.noise_sweep import sweep_noise
from denoising.baselines.tuning import tune
from denoising.io.splits import Split
from denoising.metrics import psnr
from denoising.noise.models import Noise
from denoising.noise.renoise import renoise

NOISE = Noise("gaussian", 0.5)


def test_the_best_filter_is_chosen_at_every_noise_factor(validation: Split) -> None:
    splits = {"validation": validation}
    noises = [Noise("gaussian", level) for level in (0.0, 0.3, 0.6)]
    measured = {"validation": np.array([1, 7, 9])}
    tuning = np.arange(3)
    methods = ["median", "gaussian", "total_variation"]
    prepared = renoise(validation, tuning, noise=NOISE, seed=1)
    filters = [tune(method, *prepared, noise=NOISE) for method in methods]
    table = sweep_noise(filters, splits, noises, seed=1, tuning=tuning, measured=measured)["validation"]
    assert table["index"] == [1, 7, 9] * 3
    assert table["factor"] == [0.0] * 3 + [0.3] * 3 + [0.6] * 3
    scores = np.array(table["psnr"]).reshape(3, 3)
    assert scores[0].min() > 90
    assert scores[1].mean() > scores[2].mean() > 10
    for row, noise in enumerate(noises[1:], start=1):
        clean, noisy = renoise(validation, tuning, noise=noise, seed=1)
        best = max((tune(method, clean, noisy, noise=noise) for method in methods), key=lambda one: one.validation_psnr)
        assert table["method"][3 * row] == best.method
        clean, noisy = renoise(validation, measured["validation"], noise=noise, seed=1)
        assert psnr(clean, best(noisy)) == pytest.approx(scores[row], abs=0.5)  # the strength may differ by a step
