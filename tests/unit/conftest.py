import pytest
from support import DIGITS

from denoising.datasets.sources import Source, load_source


@pytest.fixture(scope="session")
def digits() -> Source:
    """Return the splits of the digits of scikit-learn."""
    return load_source(**DIGITS)
