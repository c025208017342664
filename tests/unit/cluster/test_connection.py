import pytest

from denoising.cluster.connection import Workers
from denoising.cluster.members import ALONE


def test_without_other_workers_an_error_is_raised_as_it_is() -> None:
    error = MemoryError("no memory on the device")
    with pytest.raises(MemoryError) as raised:
        Workers(ALONE, []).explain(error)
    assert raised.value is error
