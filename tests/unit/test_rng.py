import numpy as np

from denoising.rng import IndexedGenerators


def test_an_indexed_generator_starts_at_its_beginning_after_any_other() -> None:
    generators = IndexedGenerators(1, 2, 3)
    first = generators.at(7).random(3)
    generators.at(8).standard_normal(5, dtype=np.float32)  # leaves half a number behind
    np.testing.assert_array_equal(generators.at(7).random(3), first)
