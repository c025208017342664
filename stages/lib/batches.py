"""Feeds Keras a batch at a time, straight from memory-mapped files."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.lib.backend import keras

Pair = tuple[NDArray[Any], NDArray[Any]]  # of inputs and targets


class Batches(keras.utils.PyDataset):
    """Pairs of inputs and targets; with a `seed`, in a new order every epoch that the seed decides.

    `look_up` returns the pairs of the indices that it is given.
    """

    def __init__(
        self, look_up: Callable[[NDArray[np.int64]], Pair], *, count: int, batch_size: int, seed: int | None = None
    ) -> None:
        super().__init__()
        self._look_up, self._count, self._batch_size = look_up, count, batch_size
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(count)
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(self._count / self._batch_size)

    def __getitem__(self, batch: int) -> Pair:
        return self._look_up(self._order[batch * self._batch_size : (batch + 1) * self._batch_size])

    def on_epoch_end(self) -> None:
        if self._generator is not None:
            self._order = self._generator.permutation(self._count)
