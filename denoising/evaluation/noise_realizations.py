"""Realizations of the noise on the images that are measured: the prepared one, or a new one."""

from collections.abc import Callable

from denoising.images import Images
from denoising.io.splits import Split
from denoising.noise.models import Noise, add_noise

NoiseRealization = Callable[[Images, int], Images]  # from clean images, and the index of the first, to noisy ones


def prepared_noise(split: Split) -> NoiseRealization:
    """Return the realization that is stored in the split."""

    def realize(clean: Images, first_index: int) -> Images:
        return split.noisy[first_index : first_index + len(clean)]

    return realize


def new_noise(noise: Noise, *, seed: int, key: tuple[int, ...]) -> NoiseRealization:
    """Return the realization of (seed, key, index), where `key` is the split and the number of the realization."""

    def realize(clean: Images, first_index: int) -> Images:
        return add_noise(clean, noise, seed=seed, key=key, first_index=first_index)

    return realize
