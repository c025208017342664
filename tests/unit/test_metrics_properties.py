"""Properties of the metrics, held over generated images."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from denoising.images import Images
from denoising.metrics import mse, psnr, ssim, ssim_gaussian_window

SHAPES = st.tuples(st.integers(1, 3), st.integers(11, 13), st.integers(11, 13), st.integers(1, 2))
PIXELS = st.floats(0, 1, width=32)


def images(shape: tuple[int, ...]) -> st.SearchStrategy[Images]:
    return arrays(np.float32, shape, elements=PIXELS)


PAIRS = SHAPES.flatmap(lambda shape: st.tuples(images(shape), images(shape)))
quickly = settings(deadline=None, max_examples=60, derandomize=True)


@quickly
@given(PAIRS)
def test_every_metric_is_symmetric(pair: tuple[Images, Images]) -> None:
    one, other = pair
    for metric in (mse, psnr, ssim, ssim_gaussian_window):
        np.testing.assert_allclose(metric(one, other), metric(other, one), rtol=1e-9)


@quickly
@given(PAIRS)
def test_the_error_is_zero_for_the_same_image_only(pair: tuple[Images, Images]) -> None:
    one, other = pair
    np.testing.assert_array_equal(mse(one, one), 0)
    np.testing.assert_array_equal(mse(one, other) == 0, (one == other).all(axis=(1, 2, 3)))


@quickly
@given(PAIRS)
def test_ssim_is_at_most_one_and_is_one_for_the_same_image(pair: tuple[Images, Images]) -> None:
    for metric in (ssim, ssim_gaussian_window):
        assert (np.abs(metric(*pair)) <= 1 + 1e-9).all()
        np.testing.assert_allclose(metric(pair[0], pair[0]), 1)


@quickly
@given(SHAPES.flatmap(images), st.floats(0, 0.5), st.floats(0.001, 0.5))
def test_psnr_falls_as_the_error_grows(clean: Images, error: float, more: float) -> None:
    smaller, larger = (clean + np.float32(shift) for shift in (error, error + more))
    assert (psnr(clean, smaller) > psnr(clean, larger)).all()
    assert (psnr(clean, smaller) <= 100).all()
