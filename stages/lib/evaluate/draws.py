"""Draws the noise of the images that are measured: as prepared, or anew."""

from collections.abc import Callable

from stages.lib.dataset import Split
from stages.lib.images import Images
from stages.lib.noise.families import Noise, add_noise

Draw = Callable[[Images, int], Images]  # from clean images, and the index of the first of them, to noisy ones


def prepared_draw(split: Split) -> Draw:
    """Return the draw that looks the noisy images up."""

    def draw(clean: Images, first_index: int) -> Images:
        return split.noisy[first_index : first_index + len(clean)]

    return draw


def new_draw(place: tuple[int, ...], *, noise: Noise, seed: int) -> Draw:
    """Return the draw that makes new noise from (seed, place, index), where `place` is split and number of the draw."""

    def draw(clean: Images, first_index: int) -> Images:
        return add_noise(clean, noise, seed=seed, place=place, first_index=first_index)

    return draw
