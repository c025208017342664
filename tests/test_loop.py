import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from stages.lib.backend import keras
from stages.lib.loop import compile_steps, made_ahead, stretches

ROOT = Path(__file__).parent.parent
INPUTS = np.random.default_rng(1).random((20, 6), np.float32)
TARGETS = INPUTS[:, :1] * 2


def squared(targets: object, outputs: object) -> object:
    return keras.ops.mean(keras.ops.square(outputs - targets), axis=-1)  # type: ignore[operator]


def dense() -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])


def test_a_stretch_of_steps_is_what_keras_does_one_at_a_time() -> None:
    theirs, ours = dense(), dense()
    theirs.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    total = 0.0
    for batch in (slice(0, 8), slice(8, 16), slice(16, 20)):
        theirs.reset_metrics()
        total += theirs.train_on_batch(INPUTS[batch], TARGETS[batch]) * len(INPUTS[batch])
    take_steps = compile_steps(ours, keras.optimizers.Adam(0.01), squared, batch_size=8)
    assert take_steps(INPUTS, TARGETS) == pytest.approx(total, rel=1e-5)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


TWO_DEVICES = """
from functools import partial
import numpy as np
from stages.lib.backend import keras, tensorflow
devices = tensorflow.config.list_physical_devices("CPU")
tensorflow.config.set_logical_device_configuration(devices[0], [tensorflow.config.LogicalDeviceConfiguration()] * 2)
from stages.lib.loop import compile_steps
from stages.lib.train.losses import training_loss
from stages.lib.train.networks import build_trainee
from stages.lib.train.optimizers import Muon
from stages.lib.train.architectures.size import Size

random = np.random.default_rng(1)
clean = random.integers(0, 256, (21, 8, 8, 1), np.uint8)
noisy = random.random((21, 8, 8, 1), np.float32)

def train(strategy, build):
    keras.utils.set_random_seed(1)
    with strategy.scope():
        model = build_trainee("unet", (8, 8, 1), Size(4, 1), precision="float32")
        optimizer = build(use_ema=True, ema_momentum=0.5)
        optimizer.build(model.trainable_variables)
        loss = training_loss("mean_squared_error", kl_weight=0)
        steps = compile_steps(model, optimizer, loss, batch_size=10)
    def weights():
        return np.concatenate([weight.ravel() for weight in model.get_weights()])
    start, loss = weights(), steps(noisy[:20], clean[:20])
    moved = weights() - start
    steps(noisy, clean)  # its last batch is a single image
    optimizer.finalize_variable_values(model.trainable_variables)
    return loss, moved, weights()

for build in (partial(keras.optimizers.SGD, 0.1), partial(Muon, 0.01)):
    one, alone, _ = train(tensorflow.distribute.get_strategy(), build)
    two, together, end = train(tensorflow.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), build)
    far = np.abs(alone).max()
    print(abs(one - two) < 1e-4, far > 0.001, np.abs(alone - together).max() < 1e-3 * far, np.isfinite(end).all())
"""


def test_two_devices_learn_what_one_learns_by_either_optimizer() -> None:
    done = subprocess.run([sys.executable, "-c", TWO_DEVICES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[-3:-1] == ["True True True True"] * 2, done.stderr


def test_an_epoch_meets_every_example_once_in_whole_batches_and_an_order_of_its_own() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        parts = list(stretches(1000, batch_size=7, example_bytes=2**16, seed=seed, epoch=epoch))
        assert {len(part) for part in parts[:-1]} == {126}  # whole batches, less than 8 MB
        return [int(index) for part in parts for index in part]

    assert sorted(order(1, 0)) == list(range(1000))
    assert order(1, 0) == order(1, 0)
    assert len({tuple(order(1, 0)), tuple(order(1, 1)), tuple(order(2, 0)), tuple(range(1000))}) == 4


def test_what_is_made_ahead_comes_whole_and_in_order() -> None:
    assert list(made_ahead(range(5))) == [0, 1, 2, 3, 4]
    assert list(made_ahead([])) == []


def test_an_error_in_the_making_is_raised_where_the_item_is_used() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    items = made_ahead(broken())
    assert next(items) == 1
    with pytest.raises(OSError, match="gone"):
        next(items)
