"""Learning rate schedules over the steps of a training, each with a given peak."""

from collections.abc import Callable
from typing import Any

from denoising.backend import keras

LearningRate = Any  # a number, or one of Keras' learning rate schedules


def constant(peak: float, *, steps: int) -> LearningRate:
    return peak


def cosine(peak: float, *, steps: int, warmup_fraction: float) -> LearningRate:
    """Return a rate that rises linearly over a fraction of the steps, then falls to zero along a cosine."""
    rising = min(max(1, round(warmup_fraction * steps)), steps)
    return keras.optimizers.schedules.CosineDecay(
        peak / 25, max(1, steps - rising), alpha=0.0, warmup_target=peak, warmup_steps=rising
    )


def one_cycle(peak: float, *, steps: int, warmup_fraction: float) -> LearningRate:
    """Return a rate that rises and falls linearly, and in the last tenth of the steps falls linearly to zero.

    It rises over the fraction `warmup_fraction` of the steps, at most 0.8.

    L. N. Smith and N. Topin, Super-convergence (2018), arXiv:1708.07120.
    """
    rising = min(max(1.0, warmup_fraction * steps), 0.8 * steps)
    return PiecewiseLinear([(0.0, peak / 25), (rising, peak), (0.9 * steps, peak / 25), (float(steps), 0.0)])


class PiecewiseLinear(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that is linear between points (step, rate), and constant after the last."""

    def __init__(self, points: list[tuple[float, float]]) -> None:
        self.points = points

    def __call__(self, step: Any) -> Any:
        step = keras.ops.cast(step, "float32")
        rate = keras.ops.convert_to_tensor(self.points[-1][1], "float32")
        for (start, low), (end, high) in reversed(list(zip(self.points, self.points[1:], strict=False))):
            line = low + (high - low) * (step - start) / max(end - start, 1e-6)
            rate = keras.ops.where(step < end, line, rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        return {"points": self.points}


SCHEDULES: dict[str, Callable[..., LearningRate]] = {"constant": constant, "cosine": cosine, "one_cycle": one_cycle}
