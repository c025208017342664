import numpy as np
import pytest

from denoising import metrics
from denoising.backend import keras
from denoising.cluster.members import Cluster
from denoising.images import as_float
from denoising.io.splits import Split
from denoising.training.validation import make_validation_function

RANDOM = np.random.default_rng(1)


@pytest.fixture
def split() -> Split:
    """Return so many images that they do not fit into one batch of validation, the last ones darker."""
    clean = RANDOM.integers(0, 256, (900, 28, 28, 1), np.uint8)
    clean[700:] //= 4
    noisy = np.clip(as_float(clean) + 0.3 * RANDOM.standard_normal(clean.shape, np.float32), 0, 1)
    return Split("validation", clean, np.zeros(900, np.uint8), noisy)


def test_validation_measures_what_evaluate_measures(split: Split) -> None:
    """Of a denoiser that leaves [0, 1]: its output is clipped, and every image has the same weight."""
    denoiser = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(2.0, offset=-0.5)])
    measured = make_validation_function(denoiser, split, loss="mean_squared_error")()
    clean, raw = as_float(split.clean), 2 * split.noisy - np.float32(0.5)
    clipped = np.clip(raw, 0, 1)
    assert measured["psnr"] == pytest.approx(metrics.psnr(clean, clipped).mean(), abs=1e-4)
    assert measured["ssim"] == pytest.approx(metrics.ssim(clean, clipped).mean(), abs=1e-4)
    assert measured["loss"] == pytest.approx(metrics.mse(clean, raw).mean(), rel=1e-5)
    assert measured["psnr"] != pytest.approx(metrics.psnr(clean, raw).mean(), abs=0.1)


@pytest.mark.parametrize("count", [900, 2])
def test_the_shares_of_all_workers_sum_up_to_what_one_measures(split: Split, count: int) -> None:
    """Of two images the last of three workers has none; what is left out of its share is no error."""
    few = Split("validation", split.clean[:count], split.labels, split.noisy[:count])
    denoiser = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(0.9)])
    alone = make_validation_function(denoiser, few, loss="mean_squared_error")()
    shares = []
    for worker in range(3):
        cluster = Cluster(("one:1", "two:2", "three:3"), worker)
        shares.append(make_validation_function(denoiser, few, loss="mean_squared_error", cluster=cluster)())
    for name, value in alone.items():
        assert sum(share[name] for share in shares) == pytest.approx(value, rel=1e-6)
