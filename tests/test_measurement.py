"""Whether evaluate tells good denoisers from bad ones: on real digits, with a classifier that really reads them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import DIGITS

from stages.lib.dataset import Split
from stages.lib.evaluate.comparison import compare_methods, summarise_methods
from stages.lib.evaluate.draws import prepared_draw
from stages.lib.evaluate.kinds import as_strong, try_kinds
from stages.lib.evaluate.levels import Trial, follow_levels
from stages.lib.evaluate.rows import table_of_images
from stages.lib.evaluate.scores import in_batches, measure
from stages.lib.evaluate.summary import summarise_ahead, summarise_draws, summarise_recognition
from stages.lib.filtered import Filtered
from stages.lib.images import Bytes, Images, as_float
from stages.lib.noise.families import KINDS, Noise, add_noise
from stages.lib.noise.moments import noisy_psnr
from stages.lib.plot.figures import reading
from stages.lib.plot.sceptic import headline, where_it_helps
from stages.lib.prepare.sources import load_source
from stages.lib.quality import mse, psnr

NOISE = Noise("gaussian", 0.5)
RESAMPLING = {"resamples": 200, "seed": 1}
SOURCE = load_source(DIGITS).splits


def classifier(images: Images) -> Bytes:
    """Take each image for what the nearest training digit is."""
    known = as_float(SOURCE["train"].images).reshape(len(SOURCE["train"]), -1)[:1200]
    flat = images.reshape(len(images), -1)
    distance = (known**2).sum(axis=1) - 2 * flat @ known.T
    return SOURCE["train"].labels[distance.argmin(axis=1)]


@pytest.fixture(scope="module")
def split() -> Split:
    test = SOURCE["test"]
    images, labels = test.images[:100], test.labels[:100]
    return Split(images, add_noise(as_float(images), NOISE, seed=1, place=(2,)), labels)


Denoise = Callable[[Images], Images]


def perfect(split: Split) -> Denoise:
    """Return the denoiser that knows the answers."""
    answers = {noisy.tobytes(): as_float(clean) for noisy, clean in zip(split.noisy, split.clean, strict=True)}
    return lambda noisy: np.stack([answers[image.tobytes()] for image in noisy])


def found(split: Split, denoise: Denoise) -> dict[str, Any]:
    scores = measure(split, denoise, classifier, batch_size=32, draw=prepared_draw(split))
    return summarise_draws([scores], **RESAMPLING)


def test_a_perfect_denoiser_is_told_as_such(split: Split) -> None:
    summary = found(split, perfect(split))
    assert summary["denoised"]["psnr"] == 100
    assert summary["denoised"]["ssim"] == pytest.approx(1)
    assert summary["denoised"]["recognised"] > 0.9
    assert summary["gain"]["recognised"] > 0


def test_a_denoiser_that_does_nothing_gains_exactly_nothing(split: Split) -> None:
    summary = found(split, lambda noisy: noisy)
    assert summary["gain"] == {"mse": 0, "psnr": 0, "ssim": 0, "recognised": 0}
    assert summary["interval"]["gain"]["psnr"] == {"low": 0, "high": 0}


def test_a_denoiser_that_answers_black_is_found_out_though_its_psnr_rises(split: Split) -> None:
    summary = found(split, np.zeros_like)
    assert summary["gain"]["psnr"] > -1  # PSNR alone would hardly mind
    assert summary["gain"]["ssim"] < 0
    assert summary["denoised"]["recognised"] < 0.25
    assert summary["interval"]["gain"]["recognised"]["high"] < 0


def test_a_denoiser_that_shifts_is_found_out_though_every_digit_is_sharp(split: Split) -> None:
    clean = perfect(split)
    summary = found(split, lambda noisy: np.roll(clean(noisy), 3, axis=2))
    assert summary["denoised"]["psnr"] < 12
    assert summary["denoised"]["ssim"] < 0.6


def test_the_denoiser_is_compared_with_filters_on_the_same_images_and_pairwise(split: Split) -> None:
    chosen = np.arange(0, 100, 4)
    clean = as_float(split.clean[chosen])
    filtered = Filtered(chosen, {"bm3d": 0.9 * clean, "black": np.zeros_like(clean)}, {}, {})
    denoiser = perfect(split)
    scores = measure(split, lambda noisy: 0.8 * denoiser(noisy), classifier, batch_size=32, draw=prepared_draw(split))
    read = classifier(clean) == split.labels[chosen]
    table = summarise_methods(compare_methods(split, filtered, scores, classifier, batch_size=7), read, **RESAMPLING)
    assert table["method"][:2] == ["bm3d", "denoiser"]  # the better one first
    assert table["images"] == [25] * 4
    rows = {method: {name: column[row] for name, column in table.items()} for row, method in enumerate(table["method"])}
    # An error of 0.2 of the image against one of 0.1: 6.02 dB behind, on every single image.
    assert rows["bm3d"]["ahead_psnr"] == pytest.approx(-20 * np.log10(2))
    assert rows["bm3d"]["ahead_psnr_low"] == pytest.approx(rows["bm3d"]["ahead_psnr_high"])
    assert rows["denoiser"]["ahead_psnr"] == 0
    was_read = read & (scores["noisy"]["recognised"][chosen] == 1)
    for method, images in {"denoiser": 0.8 * clean, "bm3d": 0.9 * clean, "black": 0 * clean}.items():
        is_read = classifier(images) == split.labels[chosen]
        assert rows[method]["flipped"] == sum(was_read & ~is_read)
        assert rows[method]["repaired"] == sum(read & ~was_read & is_read)
    assert rows["black"]["flipped"] > 15
    best = summarise_ahead(table, best="bm3d")
    assert best["best_filter"]["method"] == "bm3d"
    assert best["ahead"]["psnr"] == rows["bm3d"]["ahead_psnr"]
    assert best["interval"]["ahead"]["psnr"]["low"] == rows["bm3d"]["ahead_psnr_low"]


def test_repaired_flipped_and_lost_images_are_counted() -> None:
    labels = np.ones(6, np.uint8)
    seen = {"noisy": [7, 1, 7, 1, 7, 1], "denoised": [1, 7, 7, 1, 1, 7]}
    scores = {name: {"class": np.array(classes, np.float64)} for name, classes in seen.items()}
    seen_clean = np.array([1, 1, 1, 1, 7, 7], np.uint8)  # what is not read when clean is no one's merit or fault
    images = table_of_images(scores, labels, seen_clean=seen_clean, filtered=np.array([0, 3]))
    summary = summarise_recognition(images, **RESAMPLING)
    assert (summary["repaired"], summary["flipped"], summary["lost"]) == (1, 1, 1)
    assert summary["clean"]["recognised"] == 4 / 6
    assert images["filtered"].tolist() == [1, 0, 0, 1, 0, 0]


def test_levels_show_that_a_denoiser_harms_clean_images(split: Split) -> None:
    trial, beside = (
        Trial("test", split, lambda noisy: 0.5 * noisy, np.arange(0, 100, step), seed=1, batch_size=8)
        for step in (5, 50)
    )
    filtered = {
        "method": np.array(["median", "median", "bm3d", "bm3d"]),
        "level": np.array([0.0, 0.0, 0.5, 0.5]),
        "index": np.array([0, 50, 0, 50]),
        "psnr": np.array([99.0, 97.0, 17.0, 15.0]),
        "ssim": np.array([1.0, 1.0, 0.7, 0.5]),
    }
    table = follow_levels(trial, beside, filtered, kind="gaussian", **RESAMPLING)
    assert table["level"] == [0, 0.5]
    assert table["noisy_psnr"][0] == table["expected_noisy_psnr"][0] == 100
    assert table["denoised_psnr"][0] < 20
    assert table["filter"] == ["median", "bm3d"]
    assert table["filter_psnr"] == [98, 16]
    assert (table["images"], table["filter_images"]) == ([20, 20], [2, 2])
    clean, noisy = as_float(split.clean), split.noisy
    assert table["noisy_psnr"][1] == pytest.approx(psnr(mse(clean[::5], noisy[::5])).mean())
    assert table["expected_noisy_psnr"][1] == pytest.approx(table["noisy_psnr"][1], abs=0.1)
    paired = psnr(mse(clean[::50], 0.5 * noisy[::50])) - filtered["psnr"][2:]
    assert table["ahead_psnr"][1] == pytest.approx(paired.mean())


@pytest.mark.parametrize("kind", KINDS)
def test_other_noise_is_as_strong_as_the_prepared_one_or_as_strong_as_it_gets(kind: str, split: Split) -> None:
    target = noisy_psnr(split.clean, NOISE)
    noise = as_strong(kind, split.clean, psnr=target, strongest=1)
    reached = noisy_psnr(split.clean, noise)
    assert reached == pytest.approx(target, abs=1e-6) or (noise.factor == 1 and reached > target)
    drawn = add_noise(as_float(split.clean), noise, seed=1, place=(2,))
    assert psnr(mse(as_float(split.clean), drawn)).mean() == pytest.approx(reached, abs=0.2)


def test_the_fall_on_other_noise_is_none_on_the_own_one(split: Split) -> None:
    trial = Trial("test", split, lambda noisy: noisy, np.arange(20), seed=1, batch_size=8)
    table = try_kinds(trial, Noise("salt_and_pepper", 0.2), **RESAMPLING)
    assert table["kind"][0] == "salt_and_pepper"
    assert set(table["kind"]) == set(KINDS)
    assert table["fall_psnr"][0] == table["fall_psnr_low"][0] == 0
    # Who does nothing falls nowhere: noise that is as strong leaves the same PSNR.
    assert table["fall_psnr"] == pytest.approx([0] * 6, abs=0.5)


def test_batches_leave_no_image_out() -> None:
    images = np.arange(10, dtype=np.float32)
    np.testing.assert_array_equal(in_batches(lambda batch: 2 * batch, images, batch_size=4), 2 * images)


def test_familiar_noise_leaves_the_same_psnr_however_strong_the_prepared_one_is(split: Split) -> None:
    trial = Trial("test", split, lambda noisy: noisy, np.arange(20), seed=1, batch_size=8)
    table = try_kinds(trial, Noise("poisson", 2.0), **RESAMPLING)
    assert table["familiar_psnr"] == pytest.approx(table["noisy_psnr"], abs=0.5)
    assert max(table["factor"]) == 2.0


def test_a_class_that_denoising_does_not_help_is_named() -> None:
    classes = {"label": np.array([1.0, 3.0, 8.0]), "gain_recognised_low": np.array([0.3, -0.02, -0.03])}
    assert reading(classes) == "No clear gain in recognised images for class 3, 8."
    assert "every class" in reading({name: values[:1] for name, values in classes.items()})


def test_where_the_denoiser_helps_is_said_as_it_is() -> None:
    level = np.array([0.0, 0.1, 0.2, 0.3])
    for denoised, words in (
        ([20, 20, 20, 20], "helps from a noise factor of 0.2 on"),
        ([20, 20, 20, 5], "helps at noise factors from 0.2 to 0.2"),
        ([0, 0, 0, 0], "helps at no noise factor"),
    ):
        levels = {"level": level, "noisy_psnr": np.array([100.0, 22, 16, 13]), "denoised_psnr": np.array(denoised)}
        assert where_it_helps(levels) == words


def test_a_difference_is_claimed_only_where_the_interval_leaves_zero_out() -> None:
    assert headline("BM3D", 2.2, low=2.1, high=2.3) == "The denoiser is 2.2 dB ahead of the best filter, BM3D"
    assert headline("BM3D", -1.0, low=-1.1, high=-0.9) == "The denoiser is 1.0 dB behind the best filter, BM3D"
    assert headline("BM3D", 0.4, low=-0.1, high=0.9) == "The denoiser and the best filter, BM3D, are level"
