import sys
from dataclasses import replace
from pathlib import Path

import bm3d
import numpy as np
import pytest
from conftest import DIGITS
from pydantic import ValidationError

from stages.lib.dataset import Split
from stages.lib.failure import Mistake
from stages.lib.filter.filters import FILTERS, WINDOWS
from stages.lib.filter.levels import score_levels
from stages.lib.filter.parameters import FilterParameters
from stages.lib.filter.tuning import Tuned, climb, tune
from stages.lib.filtered import evenly_spaced, open_filtered
from stages.lib.images import Images, as_float
from stages.lib.noise.families import Noise, add_noise
from stages.lib.noise.moments import moments, undo_bias
from stages.lib.noise.redraw import with_noise
from stages.lib.prepare.sources import load_source
from stages.lib.quality import mse, psnr

NOISE = Noise("gaussian", 0.5)


@pytest.fixture(scope="module")
def validation() -> Split:
    clean = load_source(DIGITS).splits["validation"].images[:24]
    return Split(clean, add_noise(as_float(clean), NOISE, seed=1, place=(1,)), np.zeros(len(clean), np.uint8))


@pytest.fixture(scope="module")
def pair(validation: Split) -> tuple[Images, Images]:
    return as_float(validation.clean), validation.noisy


def test_the_parameters_know_exactly_the_filters_there_are() -> None:
    sizes = {"images": 2, "tuning_images": 1, "levels": [0.0, 1.0], "level_images": 2, "level_tuning_images": 1}
    assert FilterParameters.model_validate({"methods": list(FILTERS), **sizes})
    with pytest.raises(ValidationError, match="methods"):
        FilterParameters.model_validate({"methods": [*FILTERS, "mean"], **sizes})
    with pytest.raises(ValidationError, match="stands twice"):
        FilterParameters.model_validate({"methods": ["median", "median"], **sizes})


@pytest.mark.parametrize("method", FILTERS)
def test_every_filter_makes_digits_better_and_not_only_less_biased(method: str, pair: tuple[Images, Images]) -> None:
    clean, noisy = pair
    tuned = tune(method, clean, noisy, noise=NOISE)
    unbiased = Tuned(method, {}, True, 0.0, NOISE, 0.0)(noisy)  # filtered by nothing, bias undone
    assert tuned.validation_psnr > psnr(mse(clean, unbiased)).mean() + 3
    found = tuned(noisy)
    assert psnr(mse(clean, found)).mean() == pytest.approx(tuned.validation_psnr)
    assert found.dtype == np.float32
    assert found.shape == noisy.shape
    np.testing.assert_array_equal(found, tuned(noisy))  # however the threads take turns


def test_climbing_finds_the_best_strength_however_far_it_is() -> None:
    for best in (0.1, 0.7, 1.0, 6.0):
        found = climb(lambda strength, best=best: -abs(np.log(strength / best)), 0.8)
        assert found == pytest.approx(best, rel=0.1)
    assert climb(lambda strength: strength, 0.8) == pytest.approx(0.8 * 1.2**15, rel=1e-4)  # it ends


@pytest.mark.parametrize("kind", ["gaussian", "correlated", "salt_and_pepper"])
@pytest.mark.parametrize("factor", [0.1, 1.0])
def test_no_other_strength_or_window_is_better_at_any_noise(
    kind: str, factor: float, pair: tuple[Images, Images]
) -> None:
    """A filter whose setting could be bettered would be set up to lose."""
    clean, noise = pair[0][:8], Noise(kind, min(factor, 0.9) if kind == "salt_and_pepper" else factor)
    noisy = add_noise(clean, noise, seed=1, place=(1,))
    tuned = tune("total_variation", clean, noisy, noise=noise)
    for strength in np.geomspace(0.05, 8, 12):
        other = replace(tuned, setting={"strength": strength})
        assert psnr(mse(clean, other(noisy))).mean() < tuned.validation_psnr + 0.1
    if kind == "gaussian":
        assert tune("median", clean, noisy, noise=noise).setting["window"] != list(WINDOWS)[-1]


def test_non_local_means_is_told_of_the_noise(pair: tuple[Images, Images]) -> None:
    """Without that it loses almost a decibel, which would flatter the denoiser."""
    tuned = tune("non_local_means", *pair, noise=NOISE)
    assert tuned.setting["expects_noise"]
    naive = replace(tuned, setting={**tuned.setting, "expects_noise": False})
    assert psnr(mse(pair[0], naive(pair[1]))).mean() < tuned.validation_psnr - 0.3


def test_bm3d_is_no_worse_than_with_the_profile_of_its_authors(pair: tuple[Images, Images]) -> None:
    clean, noisy = pair[0][:6], pair[1][:6]
    tuned = tune("bm3d", clean, noisy, noise=NOISE)
    theirs = []
    for strength in (0.85, 0.95, 1.05):
        filtered = [bm3d.bm3d(image[..., 0], strength * tuned.deviation)[..., np.newaxis] for image in noisy]
        theirs.append(psnr(mse(clean, np.clip(undo_bias(np.array(filtered, np.float32), NOISE), 0, 1))).mean())
    assert tuned.validation_psnr > max(theirs) - 0.1


def test_filters_that_average_gain_by_undoing_the_bias(pair: tuple[Images, Images]) -> None:
    """Without that, an average of noisy pixels stops at an error of 0.035, 14.55 dB; clipped noise is told by that."""
    clean, noisy = pair
    for method in ("gaussian", "total_variation", "bm3d"):
        tuned = tune(method, clean, noisy, noise=NOISE)
        assert tuned.undone
        biased = Tuned(method, tuned.setting, False, tuned.deviation, NOISE, 0.0)(noisy)
        assert psnr(mse(clean, biased)).mean() < 14.55 < tuned.validation_psnr
    mean, _ = moments(clean.astype(np.float64), NOISE)
    assert mse(clean, mean.astype(np.float32)).mean() == pytest.approx(0.035, abs=0.002)


def test_strengths_follow_the_noise(pair: tuple[Images, Images]) -> None:
    clean, _ = pair
    weak = Noise("gaussian", 0.1)
    noisy = add_noise(clean, weak, seed=1, place=(1,))
    tuned = tune("total_variation", clean, noisy, noise=weak)
    assert 0.05 < tuned.deviation < 0.1  # clipping takes some of it
    assert tuned.validation_psnr > psnr(mse(clean, noisy)).mean() + 2


def test_without_noise_a_filter_leaves_images_alone(pair: tuple[Images, Images]) -> None:
    clean, _ = pair
    for method in FILTERS:
        tuned = tune(method, clean[:1], clean[:1], noise=Noise("gaussian", 0.0))
        assert psnr(mse(clean[:1], tuned(clean[:1])))[0] > 90


def test_colours_are_filtered_each_by_itself(pair: tuple[Images, Images]) -> None:
    grey = pair[1][0]
    colour = np.concatenate([grey, grey[::-1]], axis=-1)
    setting = {"window": next(iter(WINDOWS))}
    found = FILTERS["median"](colour, deviation=0.3, setting=setting)
    np.testing.assert_array_equal(found[..., :1], FILTERS["median"](grey, deviation=0.3, setting=setting))
    np.testing.assert_array_equal(found[..., 1:], FILTERS["median"](grey[::-1], deviation=0.3, setting=setting))


def test_bm3d_can_be_left_out_where_its_licence_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm3d", None)
    with pytest.raises(Mistake, match=r"take bm3d out of filter.methods"):
        FILTERS["bm3d"](np.ones((8, 8, 1), np.float32), deviation=0.3, setting={"strength": 1})


def test_an_image_keeps_its_draw_at_every_level_of_noise(validation: Split) -> None:
    chosen = np.array([3, 17])
    clean, noisy = with_noise("validation", validation, chosen, noise=NOISE, seed=1)
    np.testing.assert_array_equal(noisy, validation.noisy[chosen])
    _, weaker = with_noise("validation", validation, chosen, noise=Noise("gaussian", 0.25), seed=1)
    inside = (noisy > 0) & (noisy < 1) & (weaker > 0) & (weaker < 1)
    np.testing.assert_allclose((noisy - clean)[inside], 2 * (weaker - clean)[inside], atol=1e-6)


def test_the_best_filter_is_followed_through_all_levels(validation: Split) -> None:
    splits = {"validation": validation}
    noises = [Noise("gaussian", level) for level in (0.0, 0.3, 0.6)]
    measured = {"validation": np.array([1, 7, 9])}
    tuning = np.arange(3)
    methods = ["median", "gaussian", "total_variation"]
    prepared = with_noise("validation", validation, tuning, noise=NOISE, seed=1)
    filters = [tune(method, *prepared, noise=NOISE) for method in methods]
    table = score_levels(filters, splits, noises, seed=1, tuning=tuning, measured=measured)["validation"]
    assert table["index"] == [1, 7, 9] * 3
    assert table["level"] == [0.0] * 3 + [0.3] * 3 + [0.6] * 3
    scores = np.array(table["psnr"]).reshape(3, 3)
    assert scores[0].min() > 90
    assert scores[1].mean() > scores[2].mean() > 10
    for row, noise in enumerate(noises[1:], start=1):
        clean, noisy = with_noise("validation", validation, tuning, noise=noise, seed=1)
        best = max((tune(method, clean, noisy, noise=noise) for method in methods), key=lambda one: one.validation_psnr)
        assert table["method"][3 * row] == best.method


def test_chosen_images_are_spread_over_all() -> None:
    assert evenly_spaced(10, count=4).tolist() == [0, 2, 5, 7]
    assert evenly_spaced(3, count=10).tolist() == [0, 1, 2]


def test_filtered_images_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "about.json").write_text('{"methods": {}}')
    np.save(tmp_path / "test_indices.npy", np.arange(2))
    (tmp_path / "test_levels.csv").write_text("method,level,index,psnr,ssim\nbm3d,0.5,0,16.5,0.7\n")
    for name in ("black", "mean_image"):
        np.save(tmp_path / f"test_{name}.npy", np.zeros((2, 28, 28, 1), np.float32))
    found = open_filtered("test", image_shape=(28, 28, 1), folder=tmp_path)
    assert found.levels["method"].tolist() == ["bm3d"]
    assert found.levels["psnr"].tolist() == [16.5]
    with pytest.raises(Mistake, match=r"test_mean_image.npy does not fit the test split"):
        open_filtered("test", image_shape=(32, 32, 1), folder=tmp_path)
    (tmp_path / "test_black.npy").unlink()
    with pytest.raises(Mistake, match=r"test_black.npy is missing"):
        open_filtered("test", image_shape=(28, 28, 1), folder=tmp_path)
