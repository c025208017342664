import numpy as np

from denoising.images import as_bytes, as_float


def test_bytes_survive_a_round_trip_to_fractions() -> None:
    values = np.arange(256, dtype=np.uint8)
    assert as_float(values).dtype == np.float32
    assert (as_float(values).min(), as_float(values).max()) == (0, 1)
    np.testing.assert_array_equal(as_bytes(as_float(values)), values)
