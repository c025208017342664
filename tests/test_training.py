import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.lib.backend import choose_strategy, start_reproducibly
from stages.lib.dataset import Split
from stages.lib.failure import Mistake
from stages.lib.machine import describe_machine
from stages.lib.noise.fresh import FreshNoise
from stages.lib.parameters import read_section
from stages.lib.train.diary import Diary, open_live
from stages.lib.train.feed import Feed
from stages.lib.train.parameters import TrainParameters
from stages.lib.train.training import Training
from stages.train import best_epoch, finished, refuse_likelihood

SHAPE = (12, 12, 1)
RANDOM = np.random.default_rng(1)
# Squares on black: something that can be learned at once.
CLEAN = np.zeros((64, *SHAPE), np.uint8)
for _image in CLEAN:
    _row, _column = RANDOM.integers(0, 8, 2)
    _image[_row : _row + 4, _column : _column + 4] = 255
NOISY = np.clip(CLEAN / np.float32(255) + 0.5 * RANDOM.standard_normal(CLEAN.shape, np.float32), 0, 1)
SPLIT = Split(CLEAN, NOISY, np.zeros(64, np.uint8))


def parameters(**changes: Any) -> TrainParameters:
    small = {"architecture": "unet", "filters": 4, "depth": 1, "epochs": 3, "batch_size": 8, "learning_rate": 0.01}
    return read_section("train", TrainParameters).model_copy(update={**small, **changes})


def begin(changed: TrainParameters) -> Training:
    start_reproducibly(changed.seed)
    fresh = None if changed.noise == "fixed" else FreshNoise("gaussian", (0.5, 0.5), changed.seed)
    feed = Feed.of(SPLIT, share=changed.share, fresh=fresh, seed=changed.seed)
    return Training(changed, feed, SPLIT, strategy=choose_strategy())


def no_step(images: int) -> None:
    pass


def weights(training: Training) -> bytes:
    return b"".join(weight.tobytes() for weight in training.denoiser.get_weights())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"noise": "fresh", "precision": "mixed_bfloat16", "schedule": "cosine"},
        {"architecture": "vae", "average": 0.9, "optimizer": "adamw", "weight_decay": 0.01},
        {"architecture": "dncnn", "depth": 4, "loss": "mean_squared_error", "schedule": "one_cycle"},
        {"optimizer": "muon", "average": 0.9, "learning_rate": 0.004},
    ],
)
def test_a_training_that_goes_on_from_its_state_ends_with_the_same_bytes(changes: dict[str, Any]) -> None:
    chosen = parameters(**changes)
    through, broken = begin(chosen), begin(chosen)
    measured = [through.take_epoch(number, no_step) for number in (1, 2, 3)]
    broken.take_epoch(1, no_step)
    follower = begin(chosen)
    follower.state = broken.state
    assert [follower.take_epoch(number, no_step) for number in (2, 3)] == measured[1:]
    assert weights(follower) == weights(through)


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error", "mean_absolute_error", "ssim_mix"])
def test_every_loss_teaches_to_denoise(loss: str) -> None:
    architecture = "unet" if loss == "binary_crossentropy" else "dncnn"
    training = begin(parameters(architecture=architecture, depth=2, loss=loss, noise="fresh"))
    first, *_, last = [training.take_epoch(number, no_step) for number in range(1, 7)]
    assert last["train/loss"] < first["train/loss"]
    if loss == "ssim_mix":
        assert last["validation/ssim"] > first["validation/ssim"] + 0.05
    else:
        assert last["validation/psnr"] > max(first["validation/psnr"], 11)  # the noisy squares have 9.5 dB


def test_an_average_of_the_weights_is_what_is_measured_and_the_training_itself_goes_on_without_it() -> None:
    plain, averaged = begin(parameters()), begin(parameters(average=0.99))
    one, two = (training.take_epoch(1, no_step) for training in (plain, averaged))
    assert one["train/loss"] == two["train/loss"]
    assert weights(plain) != weights(averaged)
    assert plain.take_epoch(2, no_step)["train/loss"] == averaged.take_epoch(2, no_step)["train/loss"]


def test_the_weights_do_not_depend_on_how_many_steps_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = parameters(noise="fresh")
    together = begin(chosen)
    together.take_epoch(1, no_step)
    monkeypatch.setattr("stages.lib.loop.STRETCH", 2 * 8 * NOISY[0].nbytes)  # two batches of eight
    apart = begin(chosen)
    apart.take_epoch(1, no_step)
    assert weights(apart) == weights(together)


@pytest.mark.parametrize("changes", [{"loss": "binary_crossentropy"}, {"depth": 1, "loss": "mean_squared_error"}])
def test_a_dncnn_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    chosen = parameters(architecture="dncnn", **changes)
    with pytest.raises(Mistake, match=r"train\.(loss|depth)"):
        refuse_likelihood(chosen)
        begin(chosen)


def test_a_share_of_the_images_is_chosen_once() -> None:
    feed = Feed.of(SPLIT, share=0.25, fresh=None, seed=1)
    seen = [{image.tobytes() for noisy, _ in feed.epoch(number, batch_size=8) for image in noisy} for number in (1, 2)]
    assert len(feed) == len(seen[0]) == 16
    assert seen[0] == seen[1]


def test_noisy_and_clean_images_stay_together() -> None:
    feed = Feed.of(SPLIT, share=1, fresh=None, seed=1)
    for noisy, clean in feed.epoch(1, batch_size=8):
        assert len(noisy) == len(clean) == 64
        for one, other in zip(noisy, clean, strict=True):
            place = next(index for index, image in enumerate(NOISY) if image.tobytes() == one.tobytes())
            np.testing.assert_array_equal(other, CLEAN[place])


def history(*psnr: float) -> list[dict[str, float]]:
    return [{"validation/psnr": value} for value in psnr]


def test_the_best_epoch_is_the_first_of_the_highest_psnr() -> None:
    assert best_epoch(history(18, 20, 19, 20)) == 2


def test_training_ends_after_all_epochs_or_when_patience_is_over() -> None:
    assert not finished([], epochs=1, patience=1)
    assert finished(history(1, 2, 3), epochs=3, patience=0)
    assert not finished(history(3, 2, 1), epochs=4, patience=0)
    assert finished(history(1, 3, 2, 1), epochs=9, patience=2)
    assert not finished(history(1, 3, 2), epochs=9, patience=2)


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    with open_live(tmp_path) as live:
        diary = Diary(live=live, log=io.StringIO(), epochs=3, images=1)
        diary.begin(1).close()
        measured = {"train/loss": float("nan"), "validation/psnr": 1.0}
        with pytest.raises(Mistake, match=r"train/loss became nan in epoch 1. Lower train.learning_rate"):
            diary.end(1, measured, best=True)


def test_the_machine_is_described_the_same_each_time() -> None:
    assert describe_machine() == describe_machine()
    assert "threads, " in describe_machine()
