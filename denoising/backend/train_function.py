"""The training step, the same for every network: many steps in one TensorFlow graph, on one device or several.

Keras' `fit` returns to Python after every step. Here a whole chunk of steps is one graph, which slices its batches from
the examples that it is given (`benchmarks/steps.py` measures the difference).
"""

from collections.abc import Callable
from typing import Any

from denoising.backend import keras, tensorflow
from denoising.cluster.members import ALONE, Cluster
from denoising.errors import DenoisingError

Tensor = Any  # one of TensorFlow's, which has no types
TrainFunction = Callable[..., float]  # of inputs and targets, and of how many examples they are the share
Loss = Callable[[Tensor, Any], Tensor]  # of targets (N, ...) and outputs; one value per example, (N,)


def make_train_function(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss: Loss,
    *,
    batch_size: int,
    cluster: Cluster = ALONE,
) -> TrainFunction:
    """Return a function of inputs and targets that takes one step per `batch_size` of them and returns their loss.

    The returned loss is the sum over the examples. Of several workers each gives its share of every batch, and how many
    examples all have together; the loss is that of its share. Under a strategy of several devices each takes a part of
    every batch, and the result equals that of one device but for rounding; random layers see only their own part. A
    last batch with fewer examples than devices is left out.

    Raises:
        DenoisingError: when `batch_size` is smaller than the number of devices.
    """
    strategy = tensorflow.distribute.get_strategy()
    devices = strategy.num_replicas_in_sync  # of all workers
    own_devices, own_size = devices // len(cluster), len(range(cluster.worker, batch_size, len(cluster)))
    if batch_size < devices:
        raise DenoisingError(f"A batch of {batch_size} images is too small for {devices} devices. Raise batch_size.")

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = devices > 1

    def step(inputs: Tensor, targets: Tensor, count: Tensor) -> Tensor:
        if own_devices > 1:
            device = tensorflow.distribute.get_replica_context().replica_id_in_sync_group % own_devices
            inputs, targets = inputs[device::own_devices], targets[device::own_devices]
        with tensorflow.GradientTape() as tape:
            total = tensorflow.reduce_sum(loss(targets, model(inputs, training=True)))
            mean = total / count
        optimizer.apply(tape.gradient(mean, model.trainable_variables), model.trainable_variables)
        return total

    @tensorflow.function(autograph=False)  # the conversion of Python takes a third of the tracing
    def train(inputs: Tensor, targets: Tensor, count: Tensor) -> Tensor:
        def add_batch(number: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
            own = slice(number * own_size, (number + 1) * own_size)
            size = tensorflow.minimum(count - number * batch_size, batch_size)
            batch = (inputs[own], targets[own], tensorflow.cast(size, "float32"))
            parts = strategy.experimental_local_results(strategy.run(step, args=batch))
            return number + 1, total + tensorflow.add_n(parts)

        enough = count - devices + 1
        return tensorflow.while_loop(lambda number, _: number * batch_size < enough, add_batch, (0, 0.0))[1]

    compiled = None

    def call(inputs: Any, targets: Any, count: int | None = None) -> float:
        nonlocal compiled
        compiled = compiled or train.get_concrete_function(
            *any_length(inputs, targets), tensorflow.TensorSpec((), "int32")
        )
        of_all = len(inputs) if count is None else count
        return float(compiled(*map(tensorflow.convert_to_tensor, (inputs, targets, of_all))))

    return call


def any_length(*examples: Any) -> list[Any]:
    """Return a specification of each array that leaves its length open: a graph is then traced once for all lengths."""
    return [tensorflow.TensorSpec((None, *of.shape[1:]), of.dtype) for of in examples]
