"""The training step, the same for every network: many steps in one TensorFlow graph, on one device or several.

Keras' `fit` returns to Python after every step. Here a whole chunk of steps is one graph, which slices its batches from
the examples that it is given (`benchmarks/steps.py` measures the difference).
"""

from collections.abc import Callable
from typing import Any

from denoising.backend import keras, tensorflow
from denoising.errors import DenoisingError

Tensor = Any  # one of TensorFlow's, which has no types
Loss = Callable[[Tensor, Any], Tensor]  # of targets (N, ...) and outputs; one value per example, (N,)


def make_train_function(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, loss: Loss, *, batch_size: int
) -> Callable[[Any, Any], float]:
    """Return a function of inputs and targets that takes one step per `batch_size` of them and returns their loss.

    The returned loss is the sum over the examples. Under a strategy of several devices each takes its share of every
    batch, and the result equals that of one device but for rounding; random layers and batch normalisation see only
    their own share. A last batch with fewer examples than devices is left out.

    Raises:
        DenoisingError: when `batch_size` is smaller than the number of devices.
    """
    strategy = tensorflow.distribute.get_strategy()
    devices = strategy.num_replicas_in_sync
    if batch_size < devices:
        raise DenoisingError(f"A batch of {batch_size} images is too small for {devices} devices. Raise batch_size.")

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

    @tensorflow.function(autograph=False)  # the conversion of Python takes a third of the tracing
    def train(inputs: Tensor, targets: Tensor) -> Tensor:
        end = tensorflow.shape(inputs)[0] - devices + 1

        def add_batch(first: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
            batch = (inputs[first : first + batch_size], targets[first : first + batch_size])
            return first + batch_size, total + strategy.reduce("SUM", strategy.run(step, args=batch), axis=None)

        return tensorflow.while_loop(lambda first, _: first < end, add_batch, (0, 0.0))[1]

    compiled = None

    def call(inputs: Any, targets: Any) -> float:
        nonlocal compiled
        compiled = compiled or train.get_concrete_function(*any_length(inputs, targets))
        return float(compiled(*map(tensorflow.convert_to_tensor, (inputs, targets))))

    return call


def any_length(*examples: Any) -> list[Any]:
    """Return a specification of each array that leaves its length open: a graph is then traced once for all lengths."""
    return [tensorflow.TensorSpec((None, *of.shape[1:]), of.dtype) for of in examples]
