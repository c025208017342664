"""Chooses the setting of a filter on validation images, and applies it: as many images at once as there are cores."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from stages.lib.filter.filters import FILTERS, Setting
from stages.lib.images import Images
from stages.lib.noise.families import Noise
from stages.lib.noise.moments import undo_bias, variance
from stages.lib.quality import mse, psnr

Step = Callable[[], object]  # called after every filtered image


@dataclass(frozen=True)
class Tuned:
    """A filter with its best setting, for one noise.

    `undone` says whether the bias of the clipped noise is undone after the filter; that is tuned too, since what a
    median returns has less of it than an average has.
    """

    method: str
    setting: Setting
    undone: bool
    deviation: float
    noise: Noise
    validation_psnr: float

    def __call__(self, noisy: Images, *, step: Step) -> Images:
        """Return the images (N, H, W, C) filtered, in [0, 1]."""
        return _finish(_filter(noisy, self.method, self.setting, deviation=self.deviation, step=step), self)


def tune(method: str, clean: Images, noisy: Images, *, noise: Noise, step: Step) -> Tuned:
    """Return the method with the setting whose mean PSNR on these images is the highest."""
    deviation = float(np.sqrt(variance(clean.astype(np.float64), noise).mean()))
    best: Tuned | None = None
    for setting in FILTERS[method].settings:
        filtered = _filter(noisy, method, setting, deviation=deviation, step=step)
        for undone in (False, True):
            found = Tuned(method, setting, undone, deviation, noise, validation_psnr=0.0)
            quality = float(np.mean(psnr(mse(clean, _finish(filtered, found)))))
            if best is None or quality > best.validation_psnr:
                best = Tuned(method, setting, undone, deviation, noise, validation_psnr=quality)
    if best is None:
        raise ValueError(f"The filter {method} has no settings.")
    return best


def _filter(noisy: Images, method: str, setting: Setting, *, deviation: float, step: Step) -> Images:
    apply = partial(FILTERS[method], deviation=deviation, setting=setting)
    filtered = np.empty_like(noisy)
    with ThreadPoolExecutor() as pool:  # what takes long here lets go of the interpreter's lock
        for position, image in enumerate(pool.map(apply, noisy)):
            filtered[position] = image
            step()
    return filtered


def _finish(filtered: Images, tuned: Tuned) -> Images:
    return np.clip(undo_bias(filtered, tuned.noise) if tuned.undone else filtered, 0, 1)
