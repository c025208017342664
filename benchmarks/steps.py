"""Measure a training step of the reference in four variants, in alternating runs: Keras' `fit` and the train function,
each with stock layers and with the fused last layer.

    python -m benchmarks.steps [ROUNDS]    # on a quiet machine; writes benchmarks/results/steps.md
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.formatting import describe_processor, median_and_range
from denoising.backend import keras
from denoising.backend.train_function import make_train_function
from denoising.backend.upsampling import FusedUpsampleConv2D, Upsampling, upsample_conv2d
from denoising.models.cae import cae
from denoising.models.size import ModelSize
from denoising.training.losses import training_loss
from stages.paths import BENCHMARK_STEPS

BATCH, STEPS = 128, 100


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    random = np.random.default_rng(1)
    clean = random.integers(0, 256, (BATCH * STEPS, 28, 28, 1), np.uint8)
    noisy = random.random(clean.shape, np.float32)
    variants: dict[str, Callable[[], object]] = {
        "`fit`, stock layers": fit(noisy, clean, upsample_conv2d),
        "`fit`, fused last layer": fit(noisy, clean, FusedUpsampleConv2D),
        "train function, stock layers": train_function(noisy, clean, upsample_conv2d),
        "train function, fused last layer": train_function(noisy, clean, FusedUpsampleConv2D),
    }
    for train in variants.values():
        train()  # traces the graph
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, train in variants.items():
            began, cpu = time.perf_counter(), time.process_time()
            train()
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
            taken[name].append((wall * 1000 / STEPS, cpu * 1000 / STEPS))
    lines = [
        f"`python -m benchmarks.steps {rounds}`: median (minimum to maximum). {describe_processor()}.",
        "",
        f"| a training step of {BATCH} images | milliseconds | CPU milliseconds |",
        "|---|---|---|",
        *(
            f"| {name} | {' | '.join(median_and_range(column, '.1f') for column in zip(*times, strict=True))} |"
            for name, times in taken.items()
        ),
    ]
    BENCHMARK_STEPS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def fit(noisy: Any, clean: Any, upsample: Upsampling) -> Callable[[], object]:
    model = cae((28, 28, 1), ModelSize(1, 1), upsample=upsample)
    model.compile(optimizer="adam", loss="binary_crossentropy")
    targets = clean / np.float32(255)
    return lambda: model.fit(noisy, targets, batch_size=BATCH, verbose=0)


def train_function(noisy: Any, clean: Any, upsample: Upsampling) -> Callable[[], object]:
    model = cae((28, 28, 1), ModelSize(1, 1), upsample=upsample)
    loss = training_loss("binary_crossentropy")
    train = make_train_function(model, keras.optimizers.Adam(), loss, batch_size=BATCH)
    return lambda: train(noisy, clean)


if __name__ == "__main__":
    main()
