"""Real digits, and a classifier that really reads them."""

import numpy as np
import pytest

from denoising.datasets.sources import Source
from denoising.images import Bytes, Images, as_float
from denoising.inference.classifier import Classify
from denoising.inference.denoiser import Denoise
from denoising.io.splits import Split
from denoising.noise.models import Noise, add_noise


@pytest.fixture(scope="session")
def split(digits: Source) -> Split:
    """Return 100 test digits with Gaussian noise of factor 0.5."""
    test = digits.splits["test"]
    images, labels = test.images[:100], test.labels[:100]
    return Split("test", images, labels, add_noise(as_float(images), Noise("gaussian", 0.5), seed=1, key=(2,)))


@pytest.fixture(scope="session")
def classify(digits: Source) -> Classify:
    """Return a classifier that gives each image the class of the nearest training digit."""
    train = digits.splits["train"]
    known = as_float(train.images[:1200]).reshape(1200, -1)

    def nearest(images: Images) -> Bytes:
        distance = (known**2).sum(axis=1) - 2 * images.reshape(len(images), -1) @ known.T
        return train.labels[distance.argmin(axis=1)]

    return nearest


@pytest.fixture(scope="session")
def perfect(split: Split) -> Denoise:
    """Return the denoiser that knows the answers."""
    answers = {noisy.tobytes(): as_float(clean) for noisy, clean in zip(split.noisy, split.clean, strict=True)}
    return lambda noisy: np.stack([answers[image.tobytes()] for image in noisy])
