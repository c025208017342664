import numpy as np
import pytest
from scipy.stats import norm

from denoising.noise.models import NOISE_MODELS, Noise, add_noise
from denoising.noise.moments import expected_squared_error, moments, variance


@pytest.mark.parametrize("kind", NOISE_MODELS)
@pytest.mark.parametrize("factor", [0.0, 0.1, 0.5, 1.0, 2.0])
def test_every_noise_model_has_the_moments_of_its_closed_form(kind: str, factor: float) -> None:
    """Of 160,000 pixels a level: within five standard errors, or four times as many where neighbours correlate."""
    levels = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    clean = np.broadcast_to(levels.astype(np.float32)[:, None, None, None], (5, 400, 400, 1))
    noisy = add_noise(clean, Noise(kind, factor), seed=1).astype(np.float64)
    error = (noisy - levels[:, None, None, None]) ** 2
    mean, square = moments(levels, Noise(kind, factor))
    wide = 4 if kind == "correlated" else 1
    for found, expected in (
        (noisy, mean),
        (noisy**2, square),
        (error, expected_squared_error(levels, Noise(kind, factor))),
        ((noisy - noisy.mean(axis=(1, 2, 3), keepdims=True)) ** 2, variance(levels, Noise(kind, factor))),
    ):
        standard_error = found.std(axis=(1, 2, 3)) / 400
        assert (np.abs(found.mean(axis=(1, 2, 3)) - expected) <= wide * 5 * standard_error + 1e-6).all()


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_the_bias_of_clipping_matches_the_closed_form(level: float) -> None:
    factor = 0.5
    low, high = (0 - level) / factor, (1 - level) / factor
    inside = norm.cdf(high) - norm.cdf(low)
    expected = level * inside + factor * (norm.pdf(low) - norm.pdf(high)) + (1 - norm.cdf(high))
    clean = np.full((200, 28, 28, 1), level, np.float32)
    noisy = add_noise(clean, Noise("gaussian", factor), seed=1)
    assert noisy.mean() == pytest.approx(expected, abs=0.003)  # five standard errors
