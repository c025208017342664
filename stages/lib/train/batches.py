"""Feeds a split to Keras a batch at a time, straight from the memory-mapped files."""

import math

import numpy as np

from stages.lib.backend import keras
from stages.lib.dataset import Split
from stages.lib.images import Images, as_float


class Batches(keras.utils.PyDataset):
    """Pairs (noisy, clean) of float32 batches; with a `seed`, in a new order every epoch that the seed decides."""

    def __init__(self, split: Split, *, batch_size: int, seed: int | None = None) -> None:
        super().__init__()
        self._split = split
        self._batch_size = batch_size
        self._generator = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(len(split))
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self._split) / self._batch_size)

    def __getitem__(self, batch: int) -> tuple[Images, Images]:
        chosen = self._order[batch * self._batch_size : (batch + 1) * self._batch_size]
        return self._split.noisy[chosen], as_float(self._split.clean[chosen])

    def on_epoch_end(self) -> None:
        if self._generator is not None:
            self._order = self._generator.permutation(len(self._split))
