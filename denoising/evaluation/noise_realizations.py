"""Realizations of the noise on the images that are measured: the prepared one, or a new one."""

from collections.abc import Callable
from typing import Any

from denoising.images import Images
from denoising.io.splits import Split
from denoising.noise.models import Noise, add_indexed_noise

NoiseRealization = Callable[[Images, Any], Images]  # from clean images, and their indices or slice, to noisy ones


def stored_noise(split: Split) -> NoiseRealization:
    """Return the realization of the noisy images of the split."""

    def realize(clean: Images, chosen: Any) -> Images:
        return split.noisy[chosen]

    return realize


def new_noise(noise: Noise, *, seed: int, key: tuple[int, ...]) -> NoiseRealization:
    """Return the realization of (seed, key, index), where `key` is the split and the number of the realization."""

    def realize(clean: Images, chosen: Any) -> Images:
        indices = range(chosen.start, chosen.stop) if isinstance(chosen, slice) else chosen
        return add_indexed_noise(clean, noise, seed=seed, key=key, indices=indices)

    return realize
