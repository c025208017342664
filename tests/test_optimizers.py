import numpy as np
import pytest

from stages.lib.backend import keras
from stages.lib.parameters import read_section
from stages.lib.train.architectures.size import Size
from stages.lib.train.networks import build_denoiser
from stages.lib.train.optimizers import build_optimizer
from stages.lib.train.parameters import TrainParameters


def gradient(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Return a random one with a direction that outweighs the others."""
    one_direction = np.outer(random.normal(size=shape[:-1]), random.normal(size=shape[-1])).reshape(shape)
    return (3 * one_direction + random.normal(size=shape)).astype(np.float32)


def spread(step: np.ndarray) -> float:
    """Return how much longer a step is in its longest direction than in its shortest."""
    lengths = np.linalg.svd(step.reshape(-1, step.shape[-1]), compute_uv=False)
    return float(lengths.max() / lengths.min())


def moved(optimizer: str, rate: float) -> dict[str, np.ndarray]:
    """Return what one step on random gradients changes of every weight of a small U-Net."""
    changes = {"optimizer": optimizer, "learning_rate": rate, "weight_decay": 0.0}
    parameters = read_section("train", TrainParameters).model_copy(update=changes)
    model = build_denoiser("unet", (8, 8, 1), Size(8, 1))
    built = build_optimizer(parameters, steps=10)
    before = model.get_weights()
    random = np.random.default_rng(1)
    gradients = [keras.ops.convert_to_tensor(gradient(weight.shape, random)) for weight in before]
    built.apply(gradients, model.trainable_variables)
    after = model.get_weights()
    return {each.path: new - old for each, new, old in zip(model.trainable_variables, after, before, strict=True)}


def test_muon_moves_inner_kernels_alike_in_every_direction_and_leaves_the_rest_to_adam() -> None:
    muon, adam = moved("muon", 0.01), moved("adam", 0.01)
    for path, step in muon.items():
        if step.ndim == 4 and not path.startswith(("halve_1", "double_3")):
            assert spread(step) < 2
            assert spread(adam[path]) > 3
            assert np.sqrt(np.mean(step**2)) == pytest.approx(0.2 * 0.01, rel=0.3)
        else:
            np.testing.assert_allclose(step, adam[path], rtol=1e-4, atol=1e-6)
