"""Fits a denoiser, an epoch at a time."""

from collections.abc import Callable

import numpy as np

from denoising.backend import keras
from denoising.backend.distribution import Sums
from denoising.backend.train_function import Loss, make_train_function
from denoising.batching import prefetch
from denoising.cluster.members import ALONE, Cluster
from denoising.models.registry import copy_weights
from denoising.training.checkpoint import Arrays, EpochMetrics
from denoising.training.loader import Loader


class Trainer:
    """Fits a training model; after each epoch the denoiser receives its weights, or their average, and is measured.

    Build the training model, the optimizer and the trainer under the strategy that distributes them. Of several workers
    each has a trainer; `sums` gives their sums.
    """

    def __init__(
        self,
        training_model: keras.Model,
        denoiser: keras.Model,
        *,
        optimizer: keras.optimizers.Optimizer,
        loss: Loss,
        loader: Loader,
        validate: Callable[[], dict[str, float]],
        cluster: Cluster = ALONE,
        sums: Sums = lambda own: own,
    ) -> None:
        self.denoiser = denoiser
        self._training_model, self._optimizer = training_model, optimizer
        self._loader, self._validate, self._cluster, self._sums = loader, validate, cluster, sums
        optimizer.build(training_model.trainable_variables)
        self._train = make_train_function(
            training_model, optimizer, loss, batch_size=loader.batch_size, cluster=cluster
        )
        self._differ_by_worker()

    def train_epoch(self, number: int, on_images: Callable[[int], object]) -> EpochMetrics:
        """Fit on every image once and return the losses, and the validation PSNR and SSIM.

        `on_images` is called with the number of images after each chunk.
        """
        total = 0.0
        for noisy, clean, count in prefetch(self._loader.epoch(number)):
            total += self._train(noisy, clean, count)
            on_images(count)
        total = float(self._sums(np.array([total]))[0])
        self._sync_inference_weights()
        measured = self._validate()
        return {"train/loss": total / len(self._loader), **{f"validation/{name}": of for name, of in measured.items()}}

    @property
    def state(self) -> Arrays:
        """Everything that the next epoch depends on; set it to resume from there."""
        return [np.array(variable) for variable in self._variables]

    @state.setter
    def state(self, arrays: Arrays) -> None:
        for variable, array in zip(self._variables, arrays, strict=True):
            variable.assign(array)
        self._differ_by_worker()

    def _differ_by_worker(self) -> None:
        """Let random layers draw other numbers on every worker: each has a seed of its own."""
        for layer in self._training_model.layers if self._cluster.worker else ():
            if generator := getattr(layer, "seed_generator", None):
                seed, count = np.array(generator.state).tolist()
                generator.state.assign([seed + self._cluster.worker, count])

    @property
    def _variables(self) -> list[keras.Variable]:
        return [*self._training_model.variables, *self._optimizer.variables]

    def _sync_inference_weights(self) -> None:
        raw = self._training_model.get_weights()
        if self._optimizer.use_ema:
            self._optimizer.finalize_variable_values(self._training_model.trainable_variables)
        copy_weights(self._training_model, self.denoiser)
        self._training_model.set_weights(raw)
