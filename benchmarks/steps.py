"""Measure the duration of a training step of the reference in three variants, in alternating runs: Keras' `fit`, and
the train function with stock layers and with the fused last layer.

    python -m benchmarks.steps [ROUNDS]
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from denoising.backend import keras
from denoising.backend.train_function import make_train_function
from denoising.backend.upsampling import FusedUpsampleConv2D, upsample_conv2d
from denoising.models.cae import cae
from denoising.models.size import ModelSize
from denoising.training.losses import training_loss

BATCH, STEPS = 128, 100


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    random = np.random.default_rng(1)
    clean = random.integers(0, 256, (BATCH * STEPS, 28, 28, 1), np.uint8)
    noisy = random.random(clean.shape, np.float32)
    variants: dict[str, Callable[[], object]] = {
        "`fit`": fit(noisy, clean),
        "one graph": train_function(noisy, clean, upsample_conv2d),
        "one graph, fused last layer": train_function(noisy, clean, FusedUpsampleConv2D),
    }
    for train in variants.values():
        train()  # traces the graph
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, train in variants.items():
            began = time.perf_counter()
            train()
            taken[name].append((time.perf_counter() - began) * 1000 / STEPS)
    print("| a training step of 128 images | milliseconds: median (minimum to maximum) |\n|---|---|")
    for name, times in taken.items():
        print(f"| {name} | {statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f}) |")


def fit(noisy: object, clean: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Callable[[], object]:
    model = cae((28, 28, 1), ModelSize(1, 1))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    targets = clean / np.float32(255)
    return lambda: model.fit(noisy, targets, batch_size=BATCH, verbose=0)


def train_function(noisy: object, clean: object, upsample: Callable[..., object]) -> Callable[[], object]:
    model = cae((28, 28, 1), ModelSize(1, 1), upsample=upsample)  # type: ignore[arg-type]
    loss = training_loss("binary_crossentropy", kl_weight=0)
    train = make_train_function(model, keras.optimizers.Adam(), loss, batch_size=BATCH)
    return lambda: train(noisy, clean)


if __name__ == "__main__":
    main()
