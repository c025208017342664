import sys
from dataclasses import replace

import numpy as np
import pytest

from denoising.baselines.debias import debias
from denoising.baselines.filters import CLASSICAL_FILTERS, WINDOWS
from denoising.baselines.tuning import tune
from denoising.errors import DenoisingError
from denoising.images import Images
from denoising.metrics import psnr
from denoising.noise.models import Noise

NOISE = Noise("gaussian", 0.5)


def test_each_channel_is_filtered_separately(pair: tuple[Images, Images]) -> None:
    grey = pair[1][0]
    colour = np.concatenate([grey, grey[::-1]], axis=-1)
    setting = {"window": next(iter(WINDOWS))}
    found = CLASSICAL_FILTERS["median"](colour, deviation=0.3, setting=setting)
    np.testing.assert_array_equal(found[..., :1], CLASSICAL_FILTERS["median"](grey, deviation=0.3, setting=setting))
    np.testing.assert_array_equal(
        found[..., 1:], CLASSICAL_FILTERS["median"](grey[::-1], deviation=0.3, setting=setting)
    )


def test_a_missing_bm3d_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm3d", None)
    with pytest.raises(DenoisingError, match=r"remove bm3d from baselines.methods"):
        CLASSICAL_FILTERS["bm3d"](np.ones((8, 8, 1), np.float32), deviation=0.3, setting={"strength": 1})


@pytest.mark.slow
def test_bm3d_is_no_worse_than_with_its_default_profile(pair: tuple[Images, Images]) -> None:
    bm3d = pytest.importorskip("bm3d", reason="an extra: make setup EXTRA=bm3d")
    clean, noisy = pair[0][:6], pair[1][:6]
    tuned = tune("bm3d", clean, noisy, noise=NOISE)
    theirs = []
    for strength in (0.85, 0.95, 1.05):
        filtered = [bm3d.bm3d(image[..., 0], strength * tuned.deviation)[..., np.newaxis] for image in noisy]
        theirs.append(psnr(clean, np.clip(debias(np.array(filtered, np.float32), NOISE), 0, 1)).mean())
    assert tuned.validation_psnr > max(theirs) - 0.1


@pytest.mark.slow
def test_non_local_means_uses_the_noise_variance(pair: tuple[Images, Images]) -> None:
    """Without that it loses almost a decibel, which would flatter the denoiser."""
    tuned = tune("non_local_means", *pair, noise=NOISE)
    assert tuned.setting["expects_noise"]
    naive = replace(tuned, setting={**tuned.setting, "expects_noise": False})
    assert psnr(pair[0], naive(pair[1])).mean() < tuned.validation_psnr - 0.3


def test_without_noise_a_filter_leaves_images_unchanged(pair: tuple[Images, Images]) -> None:
    clean, _ = pair
    for method in CLASSICAL_FILTERS:
        tuned = tune(method, clean[:1], clean[:1], noise=Noise("gaussian", 0.0))
        assert psnr(clean[:1], tuned(clean[:1]))[0] > 90


def test_the_wavelet_filter_commutes_with_shifts(pair: tuple[Images, Images]) -> None:
    """What the stationary transform is for. Shifts are circular, and the images black at their borders."""
    noisy = np.pad(pair[1][0][4:24, 4:24], ((6, 6), (6, 6), (0, 0)))
    setting = {"wavelet": "db2", "mode": "hard", "strength": 0.8}
    apply = CLASSICAL_FILTERS["wavelet"]
    for shift in (1, 2, 3):
        shifted = apply(np.roll(noisy, shift, axis=(0, 1)), deviation=0.3, setting=setting)
        np.testing.assert_allclose(
            np.roll(shifted, -shift, axis=(0, 1)), apply(noisy, deviation=0.3, setting=setting), atol=1e-5
        )


def test_the_wavelet_filter_takes_images_of_any_size() -> None:
    image = np.random.default_rng(1).random((29, 31, 1), np.float32)
    setting = {"wavelet": "haar", "mode": "hard", "strength": 0.0}
    found = CLASSICAL_FILTERS["wavelet"](image, deviation=0.3, setting=setting)
    np.testing.assert_allclose(found, image, atol=1e-6)  # a threshold of nothing changes nothing
