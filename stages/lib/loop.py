"""The training loop, the same for every network: many steps in one call of TensorFlow, on one device or several.

Keras' `fit` comes back to Python for every step. Here a whole stretch of steps is one graph, which cuts its batches
from the examples that it is handed (`benchmarks/steps.py` says what that brings).
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from stages.lib.backend import keras, tensorflow
from stages.lib.failure import Mistake
from stages.lib.randomness import ORDER, generator

Tensor = Any  # one of TensorFlow's; it has no types
Loss = Callable[[Tensor, Any], Tensor]  # of targets (N, ...) and outputs, one value an example: (N,)
Item = TypeVar("Item")
STRETCH = 2**23  # bytes of inputs handed over at once: enough to keep the graph busy for long, and no more


def stretches(count: int, *, batch_size: int, example_bytes: int, seed: int, epoch: int) -> Iterator[NDArray[np.int64]]:
    """Yield the indices of `count` examples in the order of an epoch, some batches of them at a time."""
    order = generator(seed, ORDER, epoch).permutation(count)
    at_once = batch_size * max(1, STRETCH // (batch_size * example_bytes))
    for first in range(0, count, at_once):
        yield order[first : first + at_once]


def compile_steps(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, loss: Loss, *, batch_size: int
) -> Callable[[Any, Any], float]:
    """Return a function that takes inputs and targets, a step for every `batch_size` of them, and returns their loss.

    The loss that comes back is the sum over the examples. Under a strategy of several devices each takes its share
    of every batch, and the result is that of one device but for rounding; what is drawn by chance, and batch
    normalisation, know their own share alone. A last batch with fewer examples than there are devices is left out.
    """
    strategy = tensorflow.distribute.get_strategy()
    devices = strategy.num_replicas_in_sync
    if batch_size < devices:
        raise Mistake(f"A batch of {batch_size} leaves some of {devices} devices without work. Raise the batch_size.")

    def step(inputs: Tensor, targets: Tensor) -> Tensor:
        count = tensorflow.cast(tensorflow.shape(inputs)[0], "float32")
        device = tensorflow.distribute.get_replica_context().replica_id_in_sync_group
        if devices > 1:
            inputs, targets = inputs[device::devices], targets[device::devices]
        with tensorflow.GradientTape() as tape:
            total = tensorflow.reduce_sum(loss(targets, model(inputs, training=True)))
            mean = total / count
        optimizer.apply(tape.gradient(mean, model.trainable_variables), model.trainable_variables)
        return total

    @tensorflow.function(reduce_retracing=True)
    def steps(inputs: Tensor, targets: Tensor) -> Tensor:
        total = tensorflow.constant(0.0)
        for first in tensorflow.range(0, tensorflow.shape(inputs)[0] - devices + 1, batch_size):
            batch = (inputs[first : first + batch_size], targets[first : first + batch_size])
            total += strategy.reduce("SUM", strategy.run(step, args=batch), axis=None)
        return total

    return lambda inputs, targets: float(steps(inputs, targets))


def made_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, each made in the background while the one before it is used."""
    iterator, end = iter(items), object()
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(next, iterator, end)
        while (item := coming.result()) is not end:
            coming = worker.submit(next, iterator, end)
            yield item  # type: ignore[misc]
