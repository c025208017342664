"""Learning rates over the steps of a training, each told the highest."""

from collections.abc import Callable
from typing import Any

from stages.lib.backend import keras

Rate = Any  # a number, or one of Keras' learning rate schedules


def constant(highest: float, *, steps: int, warmup: float) -> Rate:
    return highest


def cosine(highest: float, *, steps: int, warmup: float) -> Rate:
    """Return a rate that rises over the share `warmup` of the steps and then falls to nothing along a cosine."""
    rising = min(max(1, round(warmup * steps)), steps)
    return keras.optimizers.schedules.CosineDecay(
        highest / 25, max(1, steps - rising), alpha=0.0, warmup_target=highest, warmup_steps=rising
    )


def one_cycle(highest: float, *, steps: int, warmup: float) -> Rate:
    """Return a rate that rises and falls along straight lines, and along a third one to nothing in the last tenth.

    It rises over the share `warmup` of the steps, at most 0.8.

    L. N. Smith and N. Topin, Super-convergence (2018), arXiv:1708.07120.
    """
    rising = min(max(1.0, warmup * steps), 0.8 * steps)
    return Lines([(0.0, highest / 25), (rising, highest), (0.9 * steps, highest / 25), (float(steps), 0.0)])


class Lines(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate along straight lines between corners (step, rate), and constant after the last."""

    def __init__(self, corners: list[tuple[float, float]]) -> None:
        self.corners = corners

    def __call__(self, step: Any) -> Any:
        step = keras.ops.cast(step, "float32")
        rate = keras.ops.convert_to_tensor(self.corners[-1][1], "float32")
        for (start, low), (end, high) in reversed(list(zip(self.corners, self.corners[1:], strict=False))):
            line = low + (high - low) * (step - start) / max(end - start, 1e-6)
            rate = keras.ops.where(step < end, line, rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        return {"corners": self.corners}


SCHEDULES: dict[str, Callable[..., Rate]] = {"constant": constant, "cosine": cosine, "one_cycle": one_cycle}
