from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from denoising.backend.determinism import seed_everything
from denoising.backend.distribution import choose_strategy
from denoising.backend.schedules import SCHEDULES
from denoising.io.splits import Split
from denoising.models.registry import build_model, build_training_model
from denoising.noise.on_the_fly import OnTheFlyNoise
from denoising.training.loader import TrainingLoader
from denoising.training.losses import training_loss
from denoising.training.optimizers import build_optimizer
from denoising.training.trainer import Trainer
from denoising.training.validation import make_validation_function


@dataclass(frozen=True)
class Settings:
    """The settings of a small training."""

    architecture: str = "unet"
    depth: int = 1
    precision: str = "float32"
    loss: str = "binary_crossentropy"
    optimizer: str = "adam"
    learning_rate: float = 0.01
    schedule: str = "constant"
    weight_decay: float = 0.0
    ema_decay: float = 0.0
    on_the_fly: bool = False


def start(split: Split, **changes: Any) -> Trainer:
    settings = Settings(**changes)
    seed_everything(1)
    noise = OnTheFlyNoise("gaussian", (0.5, 0.5), True, 1) if settings.on_the_fly else None
    loader = TrainingLoader(split, np.arange(len(split)), noise, batch_size=8, seed=1)
    size: dict[str, Any] = {"filters": 4, "depth": settings.depth}
    with choose_strategy().scope():
        model = build_training_model(settings.architecture, split.image_shape, precision=settings.precision, **size)
        denoiser = build_model(settings.architecture, split.image_shape, **size)
        warmup = {} if settings.schedule == "constant" else {"warmup_fraction": 0.25}
        rate = SCHEDULES[settings.schedule](settings.learning_rate, steps=24, **warmup)
        optimizer = build_optimizer(
            settings.optimizer,
            rate,
            beta_2=0.99,
            weight_decay=settings.weight_decay,
            ema_decay=settings.ema_decay,
        )
        return Trainer(
            model,
            denoiser,
            optimizer=optimizer,
            loss=training_loss(settings.loss, kl_weight=1.0),
            loader=loader,
            validate=make_validation_function(denoiser, split, loss=settings.loss),
        )


def no_step(images: int) -> None:
    pass


def weights(trainer: Trainer) -> bytes:
    return b"".join(weight.tobytes() for weight in trainer.denoiser.get_weights())


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"on_the_fly": True, "precision": "mixed_bfloat16", "schedule": "cosine"},
        {"architecture": "vae", "ema_decay": 0.9, "optimizer": "adamw", "weight_decay": 0.01},
        {"architecture": "dncnn", "depth": 4, "loss": "mean_squared_error", "schedule": "one_cycle"},
        {"optimizer": "muon", "ema_decay": 0.9, "learning_rate": 0.004},
    ],
)
def test_a_resumed_training_ends_with_the_same_bytes(changes: dict[str, Any], squares: Split) -> None:
    whole, interrupted = start(squares, **changes), start(squares, **changes)
    measured = [whole.train_epoch(number, no_step) for number in (1, 2, 3)]
    interrupted.train_epoch(1, no_step)
    resumed = start(squares, **changes)
    resumed.state = interrupted.state
    assert [resumed.train_epoch(number, no_step) for number in (2, 3)] == measured[1:]
    assert weights(resumed) == weights(whole)


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error", "mean_absolute_error", "ssim_mix"])
def test_every_loss_trains_a_denoiser(loss: str, squares: Split) -> None:
    architecture = "unet" if loss == "binary_crossentropy" else "dncnn"
    trainer = start(squares, architecture=architecture, depth=2, loss=loss, on_the_fly=True)
    first, *_, last = [trainer.train_epoch(number, no_step) for number in range(1, 7)]
    assert last["train/loss"] < first["train/loss"]
    if loss == "ssim_mix":
        assert last["validation/ssim"] > first["validation/ssim"] + 0.05
    else:
        assert last["validation/psnr"] > max(first["validation/psnr"], 11)  # the noisy squares have 9.5 dB


@pytest.mark.slow
def test_averaged_weights_are_measured_and_training_continues_with_the_raw_ones(
    squares: Split,
) -> None:
    plain, averaged = start(squares), start(squares, ema_decay=0.99)
    one, two = (trainer.train_epoch(1, no_step) for trainer in (plain, averaged))
    assert one["train/loss"] == two["train/loss"]
    assert weights(plain) != weights(averaged)
    assert plain.train_epoch(2, no_step)["train/loss"] == averaged.train_epoch(2, no_step)["train/loss"]


def test_the_training_loss_is_the_mean_over_the_images(squares: Split) -> None:
    """At a learning rate of almost nothing, it is the loss of the untrained network."""
    trainer = start(squares, learning_rate=1e-12)
    measured = trainer.train_epoch(1, no_step)
    assert measured["train/loss"] == pytest.approx(measured["validation/loss"], rel=1e-4)


@pytest.mark.slow
def test_the_weights_do_not_depend_on_the_chunk_size(squares: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    together = start(squares, on_the_fly=True)
    together.train_epoch(1, no_step)
    monkeypatch.setattr("denoising.batching.CHUNK_BYTES", 2 * 8 * squares.noisy[0].nbytes)  # two batches of eight
    apart = start(squares, on_the_fly=True)
    apart.train_epoch(1, no_step)
    assert weights(apart) == weights(together)
