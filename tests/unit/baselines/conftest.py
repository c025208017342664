import numpy as np
import pytest

from denoising.datasets.sources import Source
from denoising.images import Images, as_float
from denoising.io.splits import Split
from denoising.noise.models import Noise, add_noise


@pytest.fixture(scope="session")
def validation(digits: Source) -> Split:
    """Return 24 validation digits with Gaussian noise of factor 0.5."""
    clean = digits.splits["validation"].images[:24]
    noisy = add_noise(as_float(clean), Noise("gaussian", 0.5), seed=1, key=(1,))
    return Split("validation", clean, np.zeros(len(clean), np.uint8), noisy)


@pytest.fixture(scope="session")
def pair(validation: Split) -> tuple[Images, Images]:
    """Return the same images, clean and noisy."""
    return as_float(validation.clean), validation.noisy
