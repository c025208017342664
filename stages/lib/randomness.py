"""Gives every purpose its own stream of random numbers, so that no two draws are accidentally the same."""

import numpy as np

NOISE, SPLITS, WARPS, INTERVALS, FRESH, ORDER, SHARE = range(7)  # the purposes


def generator(seed: int, *place: int) -> np.random.Generator:
    """Return the generator of one place, such as (NOISE, split, index): independent of all others under `seed`."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=place))


class Streams:
    """Many independent generators under one place, a tenth as dear to come by as from `generator`.

    They are the counters of one Philox generator, 2**128 numbers apart. J. K. Salmon et al., Parallel random numbers:
    as easy as 1, 2, 3 (2011), doi:10.1145/2063384.2063405.
    """

    def __init__(self, seed: int, *place: int) -> None:
        self._bits = np.random.Philox(np.random.SeedSequence(seed, spawn_key=place))
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state

    def at(self, index: int) -> np.random.Generator:
        """Return the generator of an index, at its start; it is valid until the next call."""
        self._state["state"]["counter"][2] = index
        self._bits.state = self._state
        return self._generator
