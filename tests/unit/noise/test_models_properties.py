"""Properties of noise, held over generated images."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from denoising.images import Images
from denoising.noise.models import NOISE_MODELS, Noise, add_noise

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 6), st.integers(1, 3))
IMAGES = SHAPES.flatmap(lambda shape: arrays(np.float32, shape, elements=st.floats(0, 1, width=32)))
NOISES = st.builds(Noise, st.sampled_from(list(NOISE_MODELS)), st.floats(0, 10))
SEEDS = st.integers(0, 2**32 - 1)
quickly = settings(deadline=None, max_examples=60, derandomize=True)


@quickly
@given(IMAGES, NOISES, SEEDS, st.integers(1, 4))
def test_noise_is_independent_of_batches(clean: Images, noise: Noise, seed: int, size: int) -> None:
    whole = add_noise(clean, noise, seed=seed, key=(1,))
    parts = [
        add_noise(clean[start : start + size], noise, seed=seed, key=(1,), first_index=start)
        for start in range(0, len(clean), size)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@quickly
@given(IMAGES, NOISES, SEEDS)
def test_noisy_images_are_in_range_and_like_the_clean_ones(clean: Images, noise: Noise, seed: int) -> None:
    noisy = add_noise(clean, noise, seed=seed)
    assert noisy.shape == clean.shape
    assert noisy.dtype == clean.dtype
    assert 0 <= noisy.min() <= noisy.max() <= 1


@quickly
@given(IMAGES, st.sampled_from(list(NOISE_MODELS)), SEEDS)
def test_noise_of_factor_zero_is_no_noise(clean: Images, kind: str, seed: int) -> None:
    np.testing.assert_array_equal(add_noise(clean, Noise(kind, 0.0), seed=seed), clean)
