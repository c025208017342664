import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from denoising.backend import keras
from denoising.backend.train_function import make_train_function

ROOT = Path(__file__).parents[3]

INPUTS = np.random.default_rng(1).random((20, 6), np.float32)
TARGETS = INPUTS[:, :1] * 2


def squared(targets: object, outputs: object) -> object:
    return keras.ops.mean(keras.ops.square(outputs - targets), axis=-1)  # type: ignore[operator]


def dense() -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])


@pytest.mark.slow
def test_many_steps_in_one_graph_equal_single_steps_of_keras() -> None:
    theirs, ours = dense(), dense()
    theirs.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    total = 0.0
    for batch in (slice(0, 8), slice(8, 16), slice(16, 20)):
        theirs.reset_metrics()
        total += theirs.train_on_batch(INPUTS[batch], TARGETS[batch]) * len(INPUTS[batch])
    train = make_train_function(ours, keras.optimizers.Adam(0.01), squared, batch_size=8)
    assert train(INPUTS, TARGETS) == pytest.approx(total, rel=1e-5)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


TWO_DEVICES = """
from functools import partial
import numpy as np
from denoising.backend import keras, tensorflow
devices = tensorflow.config.list_physical_devices("CPU")
tensorflow.config.set_logical_device_configuration(devices[0], [tensorflow.config.LogicalDeviceConfiguration()] * 2)
from denoising.backend.train_function import make_train_function
from denoising.training.losses import training_loss
from denoising.models.registry import build_training_model
from denoising.training.optimizers import Muon

random = np.random.default_rng(1)
clean = random.integers(0, 256, (21, 8, 8, 1), np.uint8)
noisy = random.random((21, 8, 8, 1), np.float32)

def train(strategy, build):
    keras.utils.set_random_seed(1)
    with strategy.scope():
        model = build_training_model("unet", (8, 8, 1), filters=4, depth=1, precision="float32")
        optimizer = build(use_ema=True, ema_momentum=0.5)
        optimizer.build(model.trainable_variables)
        loss = training_loss("mean_squared_error", kl_weight=0)
        steps = make_train_function(model, optimizer, loss, batch_size=10)
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


@pytest.mark.slow
def test_training_on_two_devices_equals_training_on_one() -> None:
    done = subprocess.run([sys.executable, "-c", TWO_DEVICES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[-3:-1] == ["True True True True"] * 2, done.stderr
