from dataclasses import replace

import numpy as np
import pytest

from denoising.baselines.filters import CLASSICAL_FILTERS, WINDOWS
from denoising.baselines.tuning import TunedFilter, hill_climb, tune
from denoising.images import Images
from denoising.metrics import mse, psnr
from denoising.noise.models import Noise, add_noise
from denoising.noise.moments import moments

NOISE = Noise("gaussian", 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("method", CLASSICAL_FILTERS)
def test_every_filter_improves_digits_beyond_removing_the_bias(method: str, pair: tuple[Images, Images]) -> None:
    if method == "bm3d":
        pytest.importorskip("bm3d", reason="an extra: make setup EXTRA=bm3d")
    clean, noisy = pair
    tuned = tune(method, clean, noisy, noise=NOISE)
    unbiased = TunedFilter(method, {}, True, 0.0, NOISE, 0.0)(noisy)  # filtered by nothing, bias debiased
    assert tuned.validation_psnr > psnr(clean, unbiased).mean() + 3
    found = tuned(noisy)
    assert psnr(clean, found).mean() == pytest.approx(tuned.validation_psnr)
    assert found.dtype == np.float32
    assert found.shape == noisy.shape
    np.testing.assert_array_equal(found, tuned(noisy))  # however the threads take turns


def test_hill_climbing_finds_the_best_strength_from_any_distance() -> None:
    for best in (0.1, 0.7, 1.0, 6.0):
        found = hill_climb(lambda strength, best=best: -abs(np.log(strength / best)), 0.8)
        assert found == pytest.approx(best, rel=0.1)
    assert hill_climb(lambda strength: strength, 0.8) == pytest.approx(0.8 * 1.2**15, rel=1e-4)  # it ends


@pytest.mark.parametrize("kind", ["gaussian", "correlated", "salt_and_pepper"])
@pytest.mark.parametrize("factor", [0.1, 1.0])
def test_no_other_strength_is_better_for_any_noise(kind: str, factor: float, pair: tuple[Images, Images]) -> None:
    """A filter whose setting could be bettered would be set up to lose."""
    clean, noise = pair[0][:8], Noise(kind, min(factor, 0.9) if kind == "salt_and_pepper" else factor)
    noisy = add_noise(clean, noise, seed=1, key=(1,))
    tuned = tune("total_variation", clean, noisy, noise=noise)
    for strength in np.geomspace(0.05, 8, 12):
        other = replace(tuned, setting={"strength": strength})
        assert psnr(clean, other(noisy)).mean() < tuned.validation_psnr + 0.1
    if kind == "gaussian":
        assert tune("median", clean, noisy, noise=noise).setting["window"] != list(WINDOWS)[-1]


@pytest.mark.slow
def test_averaging_filters_gain_from_debiasing(pair: tuple[Images, Images]) -> None:
    """Without that, an average of noisy pixels stops at an error of 0.035, 14.55 dB; clipped noise is told by that."""
    clean, noisy = pair
    for method in ("gaussian", "total_variation", "non_local_means"):
        tuned = tune(method, clean, noisy, noise=NOISE)
        assert tuned.debiased
        biased = TunedFilter(method, tuned.setting, False, tuned.deviation, NOISE, 0.0)(noisy)
        assert psnr(clean, biased).mean() < 14.55 < tuned.validation_psnr
    mean, _ = moments(clean.astype(np.float64), NOISE)
    assert mse(clean, mean.astype(np.float32)).mean() == pytest.approx(0.035, abs=0.002)


def test_the_strength_scales_with_the_noise(pair: tuple[Images, Images]) -> None:
    clean, _ = pair
    weak = Noise("gaussian", 0.1)
    noisy = add_noise(clean, weak, seed=1, key=(1,))
    tuned = tune("total_variation", clean, noisy, noise=weak)
    assert 0.05 < tuned.deviation < 0.1  # clipping takes some of it
    assert tuned.validation_psnr > psnr(clean, noisy).mean() + 2


def test_the_search_on_a_few_images_compares_each_with_its_own_original() -> None:
    """Images so different that a strength found with exchanged originals would be far off."""
    random = np.random.default_rng(1)
    clean = np.repeat(random.random((32, 1, 1, 1), np.float32), 16, axis=1).repeat(16, axis=2)  # flat greys
    noisy = add_noise(clean, Noise("gaussian", 0.1), seed=1)
    tuned = tune("total_variation", clean, noisy, noise=Noise("gaussian", 0.1))
    assert tuned.setting["strength"] > 3  # flat images are best averaged away
