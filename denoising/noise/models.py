"""Noise models: add noise of the kinds that real images have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import SupportsFloat, SupportsInt

import numpy as np
from scipy.ndimage import gaussian_filter

from denoising.errors import DenoisingError
from denoising.images import Images, require_images
from denoising.rng import Purpose, generator

Random = np.random.Generator
CORRELATION_LENGTH = 1.0  # pixels, the standard deviation of the blur that correlates neighbours
NEGLIGIBLE = 1e-6  # below this, Poisson noise is less than a rounding error, and its counts would overflow


@dataclass(frozen=True)
class Noise:
    """A noise model, one of NOISE_MODELS, and its factor.

    The factor is the standard deviation on images from 0 to 1; for `speckle` and `poisson` that of a white pixel, for
    `salt_and_pepper` the fraction of the pixels that are replaced. With `clip`, noisy pixels are clipped to [0, 1].

    Raises:
        DenoisingError: when the model is unknown or the factor is negative or not finite.

    >>> Noise("gaussian", 25 / 255).factor < 0.1
    True
    """

    kind: str
    factor: float
    clip: bool = True

    def __post_init__(self) -> None:
        if self.kind not in NOISE_MODELS:
            raise DenoisingError(f"Unknown noise model {self.kind!r}. Choose one of {', '.join(NOISE_MODELS)}.")
        if isinstance(self.factor, bool | str) or not isinstance(self.factor, SupportsFloat):
            raise DenoisingError(f"Expected a number as noise factor, found {self.factor!r}.")
        if not 0 <= self.factor < np.inf:
            raise DenoisingError(f"Expected a finite noise factor of at least 0, found {self.factor}.")


def add_noise(clean: Images, noise: Noise, *, seed: int, key: tuple[int, ...] = (), first_index: int = 0) -> Images:
    """Return noisy versions of the images (N, H, W, C), clipped to [0, 1] unless the noise says otherwise.

    The noise of image i depends on (seed, key, first_index + i) alone, so the result does not depend on batches, order
    or number of workers. `key` separates draws, such as (split,) or (split, realization). Clipping biases most noise:
    `denoising.noise.moments` says by how much.

    Raises:
        DenoisingError: when `clean` is not a stack of floating-point images, or has negative pixels for Poisson noise,
            or `noise` is not a `Noise`.

    >>> import numpy as np
    >>> noisy = add_noise(np.full((2, 8, 8, 1), 0.5, np.float32), Noise("gaussian", 0.1), seed=1)
    >>> noisy.shape, noisy.dtype, bool((noisy[0] != noisy[1]).any())
    ((2, 8, 8, 1), dtype('float32'), True)
    """
    require_images(clean)
    return add_indexed_noise(clean, noise, seed=seed, key=key, indices=range(first_index, first_index + len(clean)))


def add_indexed_noise(
    clean: Images, noise: Noise, *, seed: int, key: tuple[int, ...], indices: Iterable[SupportsInt]
) -> Images:
    """Return noisy versions of images (N, H, W, C) as `add_noise` does, with an index for each; raises as it does."""
    require_images(clean)
    if not isinstance(noise, Noise):
        raise DenoisingError(f"Expected a Noise such as Noise('gaussian', 0.5), found {noise!r}.")
    if noise.kind == "poisson" and clean.size and clean.min() < 0:
        raise DenoisingError("Poisson noise needs pixels of at least 0: photons are counted. Clip the images first.")
    noisy = np.empty_like(clean)
    for position, (image, index) in enumerate(zip(clean, indices, strict=True)):
        random = generator(seed, Purpose.NOISE, *key, int(index))
        noisy[position] = NOISE_MODELS[noise.kind](image, np.float32(noise.factor), random)
    return np.clip(noisy, 0, 1, out=noisy) if noise.clip else noisy


def _gaussian(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add normal noise of standard deviation `factor`."""
    return clean + factor * random.standard_normal(clean.shape, dtype=np.float32)


def _uniform(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add uniform noise of standard deviation `factor`."""
    half_width = factor * np.float32(np.sqrt(3))
    return clean + half_width * (2 * random.random(clean.shape, dtype=np.float32) - 1)


def _correlated(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add normal noise of standard deviation `factor` whose neighbouring pixels are correlated."""
    field = _blur(random.standard_normal(clean.shape, dtype=np.float32))
    return clean + factor / _blurred_deviation(clean.shape) * field


def _speckle(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add normal noise of standard deviation `factor` times the pixel; black stays black."""
    return clean + clean * factor * random.standard_normal(clean.shape, dtype=np.float32)


def _poisson(clean: Images, factor: np.float32, random: Random) -> Images:
    """Count so few photons that a white pixel has the standard deviation `factor`; black stays black."""
    if factor < NEGLIGIBLE:
        return clean
    photon = float(factor) ** 2  # what one photon adds to a pixel; a white one receives 1 / photon on average
    return (random.poisson(clean / photon) * photon).astype(np.float32)


def _salt_and_pepper(clean: Images, factor: np.float32, random: Random) -> Images:
    """Replace the fraction `factor` of the pixels by black and white, equally often."""
    half = min(factor, np.float32(1)) / 2
    chance = random.random(clean.shape, dtype=np.float32)
    return np.where(chance < half, np.float32(0), np.where(chance >= 1 - half, np.float32(1), clean))


NOISE_MODELS: dict[str, Callable[[Images, np.float32, Random], Images]] = {
    "gaussian": _gaussian,
    "uniform": _uniform,
    "correlated": _correlated,
    "speckle": _speckle,
    "poisson": _poisson,
    "salt_and_pepper": _salt_and_pepper,
}


def _blur(field: Images) -> Images:
    return gaussian_filter(field, (CORRELATION_LENGTH, CORRELATION_LENGTH, 0), mode="wrap")


@cache
def _blurred_deviation(shape: tuple[int, ...]) -> np.float32:
    """Return the standard deviation that blurring leaves of independent noise: the root of its squared weights."""
    point = np.zeros((*shape[:2], 1), np.float32)
    point[0, 0] = 1
    return np.sqrt(np.sum(_blur(point) ** 2))
