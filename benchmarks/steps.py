"""Measure what a training step of the reference takes in three ways, in turns: Keras' `fit`, and the loop, with the
last layer computed at full resolution and before the image is doubled.

    python -m benchmarks.steps [ROUNDS]
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from stages.lib.backend import keras
from stages.lib.double import InOneLayer, in_stock_layers
from stages.lib.loop import compile_steps
from stages.lib.train.architectures.cae import cae
from stages.lib.train.architectures.size import Size
from stages.lib.train.losses import training_loss

BATCH, STEPS = 128, 100


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    random = np.random.default_rng(1)
    clean = random.integers(0, 256, (BATCH * STEPS, 28, 28, 1), np.uint8)
    noisy = random.random(clean.shape, np.float32)
    ways: dict[str, Callable[[], object]] = {
        "`fit`": by_fit(noisy, clean),
        "one graph": by_loop(noisy, clean, in_stock_layers),
        "one graph, the last layer before the doubling": by_loop(noisy, clean, InOneLayer),
    }
    for way in ways.values():
        way()  # traces the graph
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            taken[name].append((time.perf_counter() - began) * 1000 / STEPS)
    print("| a training step of 128 images | milliseconds: median (least to most) |\n|---|---|")
    for name, times in taken.items():
        print(f"| {name} | {statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f}) |")


def by_fit(noisy: object, clean: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Callable[[], object]:
    model = cae((28, 28, 1), Size(1, 1))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    targets = clean / np.float32(255)
    return lambda: model.fit(noisy, targets, batch_size=BATCH, verbose=0)


def by_loop(noisy: object, clean: object, double: Callable[..., object]) -> Callable[[], object]:
    model = cae((28, 28, 1), Size(1, 1), double=double)  # type: ignore[arg-type]
    loss = training_loss("binary_crossentropy", kl_weight=0)
    take_steps = compile_steps(model, keras.optimizers.Adam(), loss, batch_size=BATCH)
    return lambda: take_steps(noisy, clean)


if __name__ == "__main__":
    main()
