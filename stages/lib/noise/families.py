"""Adds noise to clean images, of the kinds that real ones carry. Images are float32 in [0, 1], shaped (N, H, W, C)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter

from stages.lib.images import Images
from stages.lib.randomness import NOISE, generator

Random = np.random.Generator
CORRELATION = 1.0  # pixels, the standard deviation of the blur that correlates neighbours
INVISIBLE = 1e-6  # below this, Poisson noise is less than a rounding error, and its counts grow past all numbers


@dataclass(frozen=True)
class Noise:
    """A kind of noise, one of KINDS, and its strength: what the factor says differs by kind."""

    kind: str
    factor: float


def add_noise(clean: Images, noise: Noise, *, seed: int, place: tuple[int, ...], first_index: int = 0) -> Images:
    """Return noisy versions of the images, clipped to [0, 1] and shaped like `clean`.

    Image i is given the noise of (seed, place, first_index + i) alone. `place` is the number of the split and, for
    further draws of the same images, that of the draw. So the result does not depend on how the images are cut into
    chunks, ordered or shared among workers. The clipping makes most kinds of noise biased: `moments.py` says how much.
    """
    noisy = np.empty_like(clean)
    for position, image in enumerate(clean):
        random = generator(seed, NOISE, *place, first_index + position)
        noisy[position] = KINDS[noise.kind](image, np.float32(noise.factor), random)
    return np.clip(noisy, 0, 1, out=noisy)


def _gaussian(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add normal noise of standard deviation `factor`."""
    return clean + factor * random.standard_normal(clean.shape, dtype=np.float32)


def _uniform(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add uniform noise of standard deviation `factor`."""
    reach = factor * np.float32(np.sqrt(3))
    return clean + reach * (2 * random.random(clean.shape, dtype=np.float32) - 1)


def _correlated(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add normal noise of standard deviation `factor` in which neighbouring pixels go together."""
    field = _blur(random.standard_normal(clean.shape, dtype=np.float32))
    return clean + factor / _blurred_deviation(clean.shape) * field


def _speckle(clean: Images, factor: np.float32, random: Random) -> Images:
    """Add normal noise of standard deviation `factor` times the pixel: black stays black."""
    return clean + clean * factor * random.standard_normal(clean.shape, dtype=np.float32)


def _poisson(clean: Images, factor: np.float32, random: Random) -> Images:
    """Count photons, so few that a white pixel has the standard deviation `factor`: black stays black."""
    if factor < INVISIBLE:
        return clean
    photon = float(factor) ** 2  # what one photon adds to a pixel; a white one gets 1 / photon on average
    return (random.poisson(clean / photon) * photon).astype(np.float32)


def _salt_and_pepper(clean: Images, factor: np.float32, random: Random) -> Images:
    """Replace the share `factor` of the pixels by black and white, equally often."""
    half = min(factor, np.float32(1)) / 2
    chance = random.random(clean.shape, dtype=np.float32)
    return np.where(chance < half, np.float32(0), np.where(chance >= 1 - half, np.float32(1), clean))


KINDS: dict[str, Callable[[Images, np.float32, Random], Images]] = {
    "gaussian": _gaussian,
    "uniform": _uniform,
    "correlated": _correlated,
    "speckle": _speckle,
    "poisson": _poisson,
    "salt_and_pepper": _salt_and_pepper,
}


def _blur(field: Images) -> Images:
    return gaussian_filter(field, (CORRELATION, CORRELATION, 0), mode="wrap")


@cache
def _blurred_deviation(shape: tuple[int, ...]) -> np.float32:
    """Return the standard deviation that blurring leaves of independent noise: the root of its squared weights."""
    point = np.zeros((*shape[:2], 1), np.float32)
    point[0, 0] = 1
    return np.sqrt(np.sum(_blur(point) ** 2))
