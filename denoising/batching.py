"""Batches of examples: in order, shuffled by a seed, and prepared in the background."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from denoising.rng import Purpose, generator

Item = TypeVar("Item")
CHUNK_BYTES = 2**23  # enough to keep a graph of many training steps busy


def batches(count: int, *, size: int) -> Iterator[slice]:
    """Yield slices of at most `size` that cover `count` examples in order."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def shuffled_chunks(
    count: int, *, batch_size: int, example_bytes: int, seed: int, epoch: int
) -> Iterator[NDArray[np.int64]]:
    """Yield the indices of `count` examples in the random order of an epoch, a chunk of whole batches at a time.

    A chunk holds about 8 MB of examples. The order depends on (seed, epoch) alone.
    """
    order = generator(seed, Purpose.ORDER, epoch).permutation(count)
    chunk = batch_size * max(1, CHUNK_BYTES // (batch_size * example_bytes))
    for part in batches(count, size=chunk):
        yield order[part]


def prefetch(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items; the next one is prepared in a thread while the current one is used."""
    iterator, end = iter(items), object()
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(next, iterator, end)
        while (item := coming.result()) is not end:
            coming = worker.submit(next, iterator, end)
            yield item  # type: ignore[misc]
