"""Gives every purpose its own stream of random numbers, so that no two draws are accidentally the same."""

import numpy as np

NOISE, SPLITS, WARPS, INTERVALS = range(4)  # the purposes


def generator(seed: int, *place: int) -> np.random.Generator:
    """Return the generator of one place, such as (NOISE, split, index): independent of all others under `seed`."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=place))
