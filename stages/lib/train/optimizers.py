"""The optimizers: Adam, AdamW, and Muon for convolutions."""

from typing import Any

from stages.lib.backend import keras
from stages.lib.schedules import SCHEDULES
from stages.lib.train.parameters import TrainParameters

Variable = Any


class Muon(keras.optimizers.Muon):
    """Keras' Muon, which knows matrices alone, for the kernels of convolutions: its author's use of it.

    A step moves along all directions of a kernel, taken for a matrix with its last axis for columns, by the same
    amount, where Adam's moves along a few. The first and the last kernel, and the biases, are left to Adam.
    K. Jordan et al., Muon (2024), https://kellerjordan.github.io/posts/muon; the length of a step, as long as one of
    Adam's in use, is that of J. Liu et al., Muon is scalable for LLM training (2025), arXiv:2502.16982.
    """

    def build(self, variables: list[Variable]) -> None:
        super().build(variables)
        kernels = [number for number, variable in enumerate(variables) if len(variable.shape) == 4]
        self._inner = set(kernels[1:-1])

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        number = self._get_variable_index(variable)
        if number not in self._inner:
            super().update_step(gradient, variable, learning_rate)
            return
        momentum = self.momentums[number]
        self.assign(momentum, self.momentum * momentum + gradient)
        ahead = keras.ops.reshape(gradient + self.momentum * momentum, (-1, variable.shape[-1]))
        step = self.lr_adjust(learning_rate * self.zeropower_via_newtonschulz5(ahead, self.ns_steps))
        self.assign_sub(variable, keras.ops.reshape(step, variable.shape))


def build_optimizer(parameters: TrainParameters, *, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer of a training of so many steps."""
    rate = SCHEDULES[parameters.schedule](parameters.learning_rate, steps=steps, warmup=parameters.warmup)
    average = {"use_ema": parameters.average > 0, "ema_momentum": parameters.average}
    decay = parameters.weight_decay
    match parameters.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate, beta_2=parameters.beta_2, **average)
        case "adamw":
            return keras.optimizers.AdamW(rate, beta_2=parameters.beta_2, weight_decay=decay, **average)
        case "muon":
            # Keras means kernels of convolutions too by the second of the two decays.
            decays = {"weight_decay": None, "adam_weight_decay": decay or None}
            return Muon(rate, adam_beta_2=parameters.beta_2, momentum=0.9, **decays, **average)
