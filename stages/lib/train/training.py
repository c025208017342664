"""A denoiser that is being fitted, an epoch at a time."""

from collections.abc import Callable

import numpy as np

from stages.lib.backend import keras, tensorflow
from stages.lib.dataset import Split
from stages.lib.loop import compile_steps, made_ahead
from stages.lib.train.architectures.size import Size
from stages.lib.train.checkpoint import Arrays, Epoch
from stages.lib.train.feed import Feed
from stages.lib.train.losses import training_loss
from stages.lib.train.networks import build_denoiser, build_trainee, copy_weights
from stages.lib.train.optimizers import build_optimizer
from stages.lib.train.parameters import TrainParameters
from stages.lib.train.validation import compile_validation


class Training:
    """Fits a trainee; after each epoch its denoiser has the trainee's weights, or their average, and is measured."""

    def __init__(
        self, parameters: TrainParameters, feed: Feed, validation: Split, *, strategy: tensorflow.distribute.Strategy
    ) -> None:
        size = Size(parameters.filters, parameters.depth)
        shape, batch_size = validation.image_shape, parameters.batch_size
        self.denoiser = build_denoiser(parameters.architecture, shape, size)
        self._feed, self._batch_size, self._averages = feed, batch_size, parameters.average > 0
        self._validate = compile_validation(self.denoiser, validation, loss=parameters.loss)
        with strategy.scope():
            self._trainee = build_trainee(parameters.architecture, shape, size, precision=parameters.precision)
            self._optimizer = build_optimizer(parameters, steps=parameters.epochs * -(-len(feed) // batch_size))
            self._optimizer.build(self._trainee.trainable_variables)
            loss = training_loss(parameters.loss, kl_weight=parameters.kl_weight)
            self._take_steps = compile_steps(self._trainee, self._optimizer, loss, batch_size=batch_size)

    def take_epoch(self, number: int, seen: Callable[[int], object]) -> Epoch:
        """Fit on every image once and return the losses, and PSNR and SSIM in validation; `seen` is told how many."""
        total = 0.0
        for noisy, clean in made_ahead(self._feed.epoch(number, batch_size=self._batch_size)):
            total += self._take_steps(noisy, clean)
            seen(len(clean))
        self._settle()
        measured = self._validate()
        return {"train/loss": total / len(self._feed), **{f"validation/{name}": of for name, of in measured.items()}}

    @property
    def state(self) -> Arrays:
        """All that the next epoch depends on; can be set, to go on from there."""
        return [np.array(variable) for variable in self._variables]

    @state.setter
    def state(self, arrays: Arrays) -> None:
        for variable, array in zip(self._variables, arrays, strict=True):
            variable.assign(array)

    @property
    def _variables(self) -> list[keras.Variable]:
        return [*self._trainee.variables, *self._optimizer.variables]

    def _settle(self) -> None:
        raw = self._trainee.get_weights()
        if self._averages:
            self._optimizer.finalize_variable_values(self._trainee.trainable_variables)
        copy_weights(self._trainee, self.denoiser)
        self._trainee.set_weights(raw)
