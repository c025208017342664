import numpy as np
import pytest

from denoising.evaluation.expected_psnr import expected_noisy_psnr
from denoising.evaluation.noise_types import evaluate_noise_types, match_psnr
from denoising.evaluation.renoised import RenoisedImages
from denoising.images import Images, as_float
from denoising.io.splits import Split
from denoising.metrics import psnr
from denoising.noise.models import NOISE_MODELS, Noise, add_noise

NOISE = Noise("gaussian", 0.5)
BOOTSTRAP = {"resamples": 200, "seed": 1}


@pytest.mark.parametrize("kind", NOISE_MODELS)
def test_other_noise_matches_the_psnr_of_the_prepared_noise_or_has_the_maximum_factor(kind: str, split: Split) -> None:
    target = expected_noisy_psnr(split.clean, NOISE)
    noise = match_psnr(Noise(kind, 1), split.clean, psnr=target)
    reached = expected_noisy_psnr(split.clean, noise)
    assert reached == pytest.approx(target, abs=1e-6) or (noise.factor == 1 and reached > target)
    drawn = add_noise(as_float(split.clean), noise, seed=1, key=(2,))
    assert psnr(as_float(split.clean), drawn).mean() == pytest.approx(reached, abs=0.2)


def test_the_drop_is_zero_on_the_prepared_noise(split: Split) -> None:
    images = RenoisedImages(split, np.arange(20), lambda noisy: noisy, seed=1)
    table = evaluate_noise_types(images, Noise("salt_and_pepper", 0.2), **BOOTSTRAP)
    assert table["kind"][0] == "salt_and_pepper"
    assert set(table["kind"]) == set(NOISE_MODELS)
    assert table["drop_psnr"][0] == table["drop_psnr_low"][0] == 0
    # A denoiser that does nothing has no drop: noise of the same strength leaves the same PSNR.
    assert table["drop_psnr"] == pytest.approx([0] * 6, abs=0.5)


def test_in_distribution_noise_has_the_same_psnr_at_any_prepared_factor(split: Split) -> None:
    images = RenoisedImages(split, np.arange(20), lambda noisy: noisy, seed=1)
    table = evaluate_noise_types(images, Noise("poisson", 2.0), **BOOTSTRAP)
    assert table["in_distribution_psnr"] == pytest.approx(table["noisy_psnr"], abs=0.5)
    assert max(table["factor"]) == 2.0


def test_a_denoiser_that_fails_on_other_noise_has_a_drop(split: Split) -> None:
    """One that returns black where black pixels are untouched, as speckle leaves them, drops there alone."""

    def denoise(noisy: Images) -> Images:
        untouched = np.mean(noisy == 0, axis=(1, 2, 3), keepdims=True) > 0.7
        return np.where(untouched, np.float32(0), noisy)

    images = RenoisedImages(split, np.arange(40), denoise, seed=1)
    table = evaluate_noise_types(images, NOISE, **BOOTSTRAP)
    drops = dict(zip(table["kind"], table["drop_psnr_low"], strict=True))
    assert drops["speckle"] > 3
    assert abs(drops["uniform"]) < 1
