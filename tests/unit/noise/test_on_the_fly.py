import numpy as np
import pytest

from denoising.noise.models import NOISE_MODELS
from denoising.noise.on_the_fly import OnTheFlyNoise

GREY = np.full((50, 16, 16, 1), 128, np.uint8)
ALL = np.arange(50)


@pytest.mark.parametrize("kind", NOISE_MODELS)
def test_the_noise_of_an_image_does_not_depend_on_order_or_batch(kind: str) -> None:
    noise = OnTheFlyNoise(kind, (0.1, 0.4), clip=True, seed=1)
    all_at_once = noise.add(GREY, ALL, epoch=2)
    order = np.random.default_rng(1).permutation(50)
    one_by_one = np.concatenate([noise.add(GREY[:1], np.array([index]), epoch=2) for index in order])
    np.testing.assert_array_equal(one_by_one, all_at_once[order])


def test_every_epoch_image_and_seed_has_its_own_noise() -> None:
    def draw(seed: int, index: int, epoch: int) -> bytes:
        return OnTheFlyNoise("gaussian", (0.5, 0.5), True, seed).add(GREY[:1], np.array([index]), epoch=epoch).tobytes()

    draws = [draw(seed, index, epoch) for seed in (1, 2) for index in (0, 1, 255, 256) for epoch in (1, 2)]
    assert len(set(draws)) == len(draws)


def test_on_the_fly_noise_has_the_requested_standard_deviation() -> None:
    noisy = OnTheFlyNoise("gaussian", (0.1, 0.1), clip=True, seed=1).add(GREY, ALL, epoch=1)
    error = noisy - np.float32(128 / 255)
    assert error.std() == pytest.approx(0.1, rel=0.02)  # 12,800 draws: one in 160 is a standard error
    assert error.mean() == pytest.approx(0, abs=0.004)
    between = np.corrcoef(error.reshape(50, -1))[np.triu_indices(50, 1)]
    assert np.abs(between).max() < 5 / np.sqrt(256)  # no two images share their noise


def test_a_range_of_factors_is_sampled_evenly() -> None:
    noisy = OnTheFlyNoise("gaussian", (0.0, 0.2), clip=True, seed=1).add(
        np.full((400, 16, 16, 1), 128, np.uint8), np.arange(400), epoch=1
    )
    strength = np.sort((noisy - np.float32(128 / 255)).std(axis=(1, 2, 3)))
    np.testing.assert_allclose(strength, np.linspace(0, 0.2, 400), atol=0.03)
    assert 0 <= noisy.min() <= noisy.max() <= 1


def test_noise_that_is_not_clipped_leaves_the_range_from_0_to_1() -> None:
    white = np.full((50, 16, 16, 1), 255, np.uint8)
    noisy = OnTheFlyNoise("gaussian", (0.1, 0.1), clip=False, seed=1).add(white, ALL, epoch=1)
    assert noisy.max() > 1.2
    assert noisy.mean() == pytest.approx(1, abs=0.004)
