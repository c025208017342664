from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from denoising.backend import keras
from denoising.models.registry import build_model
from denoising.training.optimizers import build_optimizer

RATE = 0.01
Steps = dict[str, NDArray[np.float32]]  # what a step changes of every weight


def take(optimizer: str, *scales: float, decay: float = 0.0) -> list[Steps]:
    """Return the steps of an optimizer that is given the same gradients again and again, scaled, and the weights."""
    keras.utils.set_random_seed(1)
    model = build_model("unet", (8, 8, 1), filters=8, depth=1)
    built = build_optimizer(optimizer, RATE, beta_2=0.99, weight_decay=decay, ema_decay=0.0)
    random = np.random.default_rng(1)
    gradients = [gradient(variable.shape, random) for variable in model.trainable_variables]
    weights = [model.get_weights()]
    for scale in scales:
        built.apply([keras.ops.convert_to_tensor(scale * one) for one in gradients], model.trainable_variables)
        weights.append(model.get_weights())
    paths = [variable.path for variable in model.trainable_variables]
    changed = [[new - old for old, new in zip(*pair, strict=True)] for pair in pairwise(weights)]
    return [dict(zip(paths, of, strict=True)) for of in (*changed, weights[0])]


def gradient(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a random one with a direction that outweighs the others."""
    one_direction = np.outer(random.normal(size=shape[:-1]), random.normal(size=shape[-1])).reshape(shape)
    return (3 * one_direction + random.normal(size=shape)).astype(np.float32)


def inner_kernels(steps: Steps) -> list[str]:
    kernels = [path for path, step in steps.items() if step.ndim == 4]
    return [path for path in kernels if not path.startswith(("halve_1", "double_3"))]


def spread(step: NDArray[np.float32]) -> float:
    """Return how much longer a step is in its longest direction than in its shortest."""
    lengths = np.linalg.svd(step.reshape(-1, step.shape[-1]), compute_uv=False)
    return float(lengths.max() / lengths.min())


def test_muon_steps_equally_far_in_all_directions_of_inner_kernels_only() -> None:
    (muon, _), (adam, _) = take("muon", 1), take("adam", 1)
    inner = inner_kernels(muon)
    assert len(inner) == 14  # two in each of five blocks, two that halve and two that double
    for path in inner:
        assert spread(muon[path]) < 2
        assert spread(adam[path]) > 3
        assert np.sqrt(np.mean(muon[path] ** 2)) == pytest.approx(0.2 * RATE, rel=0.3)
    for path in set(muon) - set(inner):
        np.testing.assert_allclose(muon[path], adam[path], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("scale", "direction"),
    [
        (0.0, 1),  # a momentum goes on
        (-0.3, 1),  # 0.9 of the last gradient outweighs this one, looked ahead: -0.3 + 0.9 (0.9 - 0.3) > 0
        (-0.5, -1),  # it is looked ahead: -0.5 + 0.9 (0.9 - 0.5) < 0 < 0.9 - 0.5
    ],
)
def test_muon_uses_nesterov_momentum(scale: float, direction: int) -> None:
    first, second, _ = take("muon", 1, scale)
    for path in inner_kernels(first):
        np.testing.assert_allclose(second[path], direction * first[path], atol=0.05 * RATE)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_weights_decay(optimizer: str) -> None:
    decayed, weights = take(optimizer, 0, decay=0.1)
    for path in inner_kernels(weights):
        np.testing.assert_allclose(decayed[path], -RATE * 0.1 * weights[path], atol=1e-6)


@pytest.mark.parametrize("shape", [(144, 16), (16, 144), (32, 32)])
def test_muon_orthogonalizes_as_keras_does(shape: tuple[int, int]) -> None:
    matrix = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    muon = build_optimizer("muon", RATE, beta_2=0.99, ema_decay=0.0)
    expected = keras.optimizers.Muon.zeropower_via_newtonschulz5(
        muon, keras.ops.convert_to_tensor(matrix), muon.ns_steps
    )
    np.testing.assert_allclose(muon.orthogonalize(matrix), expected, atol=1e-5)
