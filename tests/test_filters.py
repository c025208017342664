import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import DIGITS
from pydantic import ValidationError

from stages.lib.dataset import Split
from stages.lib.failure import Mistake
from stages.lib.filter.filters import FILTERS, WINDOWS
from stages.lib.filter.levels import score_levels
from stages.lib.filter.parameters import FilterParameters
from stages.lib.filter.tuning import Tuned, tune
from stages.lib.filtered import evenly_spaced, open_filtered
from stages.lib.images import Images, as_float
from stages.lib.noise.families import Noise, add_noise
from stages.lib.noise.moments import moments
from stages.lib.noise.redraw import with_noise
from stages.lib.prepare.sources import load_source
from stages.lib.quality import mse, psnr

NOISE = Noise("gaussian", 0.5)


def nothing() -> None:
    pass


@pytest.fixture(scope="module")
def validation() -> Split:
    clean = load_source(DIGITS).splits["validation"].images[:24]
    return Split(clean, add_noise(as_float(clean), NOISE, seed=1, place=(1,)), np.zeros(len(clean), np.uint8))


@pytest.fixture(scope="module")
def pair(validation: Split) -> tuple[Images, Images]:
    return as_float(validation.clean), validation.noisy


def test_the_parameters_know_exactly_the_filters_there_are() -> None:
    sizes = {"images": 2, "tuning_images": 1, "levels": [0.0, 1.0], "level_images": 2, "level_methods": 1}
    assert FilterParameters.model_validate({"methods": list(FILTERS), **sizes})
    with pytest.raises(ValidationError, match="methods"):
        FilterParameters.model_validate({"methods": [*FILTERS, "mean"], **sizes})
    with pytest.raises(ValidationError, match="stands twice"):
        FilterParameters.model_validate({"methods": ["median", "median"], **sizes})


@pytest.mark.parametrize("method", FILTERS)
def test_every_filter_makes_digits_better_and_not_only_less_biased(method: str, pair: tuple[Images, Images]) -> None:
    clean, noisy = pair
    tuned = tune(method, clean, noisy, noise=NOISE, step=nothing)
    unbiased = Tuned(method, {}, True, 0.0, NOISE, 0.0)(noisy, step=nothing)  # filtered by nothing, bias undone
    assert tuned.validation_psnr > psnr(mse(clean, unbiased)).mean() + 3
    found = tuned(noisy, step=nothing)
    assert psnr(mse(clean, found)).mean() == pytest.approx(tuned.validation_psnr)
    assert found.dtype == np.float32
    assert found.shape == noisy.shape
    np.testing.assert_array_equal(found, tuned(noisy, step=nothing))  # however the threads take turns


@pytest.mark.parametrize("method", FILTERS)
def test_the_best_setting_is_not_at_the_edge_of_what_is_tried(method: str, pair: tuple[Images, Images]) -> None:
    """A filter whose strongest or weakest setting wins could be set better: it would be set up to lose."""
    tuned = tune(method, *pair, noise=NOISE, step=nothing)
    for name, value in tuned.setting.items():
        tried = sorted({setting[name] for setting in FILTERS[method].settings}, key=str)
        if isinstance(value, float) and len(tried) > 1:
            assert tried[0] < value < tried[-1], name


def test_filters_that_average_gain_by_undoing_the_bias(pair: tuple[Images, Images]) -> None:
    """Without that, an average of noisy pixels stops at an error of 0.035, 14.55 dB; clipped noise is told by that."""
    clean, noisy = pair
    for method in ("gaussian", "total_variation", "bm3d"):
        tuned = tune(method, clean, noisy, noise=NOISE, step=nothing)
        assert tuned.undone
        biased = Tuned(method, tuned.setting, False, tuned.deviation, NOISE, 0.0)(noisy, step=nothing)
        assert psnr(mse(clean, biased)).mean() < 14.55 < tuned.validation_psnr
    mean, _ = moments(clean.astype(np.float64), NOISE)
    assert mse(clean, mean.astype(np.float32)).mean() == pytest.approx(0.035, abs=0.002)


def test_strengths_follow_the_noise(pair: tuple[Images, Images]) -> None:
    clean, _ = pair
    weak = Noise("gaussian", 0.1)
    noisy = add_noise(clean, weak, seed=1, place=(1,))
    tuned = tune("total_variation", clean, noisy, noise=weak, step=nothing)
    assert 0.05 < tuned.deviation < 0.1  # clipping takes some of it
    assert tuned.validation_psnr > psnr(mse(clean, noisy)).mean() + 2


def test_without_noise_a_filter_leaves_images_alone(pair: tuple[Images, Images]) -> None:
    clean, _ = pair
    for method in FILTERS:
        tuned = tune(method, clean[:1], clean[:1], noise=Noise("gaussian", 0.0), step=nothing)
        assert psnr(mse(clean[:1], tuned(clean[:1], step=nothing)))[0] > 90


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


def test_the_best_filters_are_followed_through_all_levels(validation: Split) -> None:
    splits = {"validation": validation}
    noises = [Noise("gaussian", level) for level in (0.0, 0.3, 0.6)]
    table = score_levels(["gaussian"], splits, noises, seed=1, images=6, tuning_images=3)["validation"]
    scores = np.array(table["psnr"]).reshape(3, 6)
    assert table["index"][:6] == evenly_spaced(24, count=6).tolist()
    assert scores[0].min() > 90
    assert scores[1].mean() > scores[2].mean() > 10


def test_chosen_images_are_spread_over_all() -> None:
    assert evenly_spaced(10, count=4).tolist() == [0, 2, 5, 7]
    assert evenly_spaced(3, count=10).tolist() == [0, 1, 2]


def test_filtered_images_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "about.json").write_text('{"methods": {}}')
    np.save(tmp_path / "test_indices.npy", np.arange(2))
    (tmp_path / "test_levels.csv").write_text("method,level,index,psnr,ssim\nbm3d,0.5,0,16.5,0.7\n")
    for name in ("black", "mean_digit"):
        np.save(tmp_path / f"test_{name}.npy", np.zeros((2, 28, 28, 1), np.float32))
    found = open_filtered("test", image_shape=(28, 28, 1), folder=tmp_path)
    assert found.levels["method"].tolist() == ["bm3d"]
    assert found.levels["psnr"].tolist() == [16.5]
    with pytest.raises(Mistake, match=r"test_mean_digit.npy does not fit the test split"):
        open_filtered("test", image_shape=(32, 32, 1), folder=tmp_path)
    (tmp_path / "test_black.npy").unlink()
    with pytest.raises(Mistake, match=r"test_black.npy is missing"):
        open_filtered("test", image_shape=(28, 28, 1), folder=tmp_path)
