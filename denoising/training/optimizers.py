"""The optimizers: Adam, AdamW, and Muon for convolutions."""

from typing import Any

from denoising.backend import keras, tensorflow
from denoising.backend.schedules import LearningRate

Variable = Any


class Muon(keras.optimizers.Muon):
    """Keras' Muon, which handles matrices, extended to the kernels of convolutions.

    A kernel is treated as a matrix whose columns are its last axis. A step has the same length along all directions of
    that matrix, where a step of Adam is dominated by a few. The first and last kernels and the biases are left to Adam.
    K. Jordan et al., Muon (2024), https://kellerjordan.github.io/posts/muon. The step length, comparable to that of
    Adam, follows J. Liu et al., Muon is scalable for LLM training (2025), arXiv:2502.16982.
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
        nesterov = tensorflow.reshape(gradient + self.momentum * momentum, (-1, variable.shape[-1]))
        step = self.lr_adjust(learning_rate * self.orthogonalize(nesterov))
        self.assign_sub(variable, keras.ops.reshape(step, variable.shape))

    def orthogonalize(self, matrix: Any) -> Any:
        """Return a matrix whose singular values are near 1, by the iteration of Keras, in fewer operations."""
        is_tall = matrix.shape[0] > matrix.shape[1]
        matrix /= tensorflow.norm(matrix) + 1e-7
        for _ in range(self.ns_steps):
            square = tensorflow.matmul(matrix, matrix, transpose_a=is_tall, transpose_b=not is_tall)
            change = self.muon_b * square + self.muon_c * tensorflow.matmul(square, square)
            product = tensorflow.matmul(matrix, change) if is_tall else tensorflow.matmul(change, matrix)
            matrix = self.muon_a * matrix + product
        return matrix


def build_optimizer(
    name: str, learning_rate: LearningRate, *, beta_2: float, ema_decay: float, weight_decay: float = 0.0
) -> keras.optimizers.Optimizer:
    """Return the optimizer adam, adamw or muon; with `ema_decay` above 0 it averages the weights over the steps."""
    average = {"use_ema": ema_decay > 0, "ema_momentum": ema_decay}
    match name:
        case "adam":
            return keras.optimizers.Adam(learning_rate, beta_2=beta_2, **average)
        case "adamw":
            return keras.optimizers.AdamW(learning_rate, beta_2=beta_2, weight_decay=weight_decay, **average)
        case "muon":
            # The second of Keras' two decays applies to the kernels of convolutions too.
            decays = {"weight_decay": None, "adam_weight_decay": weight_decay or None}
            return Muon(learning_rate, adam_beta_2=beta_2, momentum=0.9, **decays, **average)
    raise ValueError(f"Unknown optimizer {name!r}. Choose adam, adamw or muon.")
