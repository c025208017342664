"""Chooses the setting of a filter on validation images, and applies it: as many images at once as there are cores."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from stages.lib.filter.filters import FILTERS, NO_NOISE, Setting
from stages.lib.images import Images
from stages.lib.noise.families import Noise
from stages.lib.noise.moments import undo_bias, variance
from stages.lib.quality import mse, psnr

STEP = 1.2  # between two strengths that are tried: the best one is missed by a tenth at most
MOST_STEPS = 15  # either way, a factor of 15
ALL = slice(None)  # images


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

    def __call__(self, noisy: Images, *, step: Callable[[], object] | None = None) -> Images:
        """Return the images (N, H, W, C) filtered, in [0, 1]; `step` is called after each."""
        return _finish(_filter(noisy, self.method, self.setting, self.deviation, step), self.noise, undone=self.undone)


def tune(method: str, clean: Images, noisy: Images, *, noise: Noise, like: Tuned | None = None) -> Tuned:
    """Return the method with the setting whose mean PSNR on these images is the highest.

    `like` is the same method tuned for other noise: its variant is kept then, and the strength alone is tuned, which
    takes a fraction of the time.
    """
    deviation = float(np.sqrt(variance(clean.astype(np.float64), noise).mean()))
    found: list[Tuned] = []

    def quality(images: slice, **setting: Any) -> float:
        filtered = _filter(noisy[images], method, setting, deviation)
        both = [
            Tuned(method, setting, undone, deviation, noise, _psnr(clean[images], filtered, noise, undone=undone))
            for undone in (False, True)
        ]
        if images == ALL:
            found.extend(both)
        return max(one.validation_psnr for one in both)

    start = FILTERS[method].strength
    few = slice(None, None, max(1, min(len(clean) // 4, 8)))
    variants = FILTERS[method].variants
    if start is not None and like and like.deviation > NO_NOISE:
        variants = [variant for variant in variants if variant.items() <= like.setting.items()]
    for variant in variants:
        if start is None:
            quality(ALL, **variant)
        else:
            # Quality may have two tops; a few images tell which of them to climb.
            strengths = [start * 2.0**power for power in range(-3, 4)]
            reached = [quality(few, strength=strength, **variant) for strength in strengths]
            near = strengths[int(np.argmax(reached))]
            climb(partial(quality, ALL, **variant), near)
    return max(found, key=lambda one: one.validation_psnr)


def climb(quality: Callable[..., float], start: float) -> float:
    """Return the strength, on a ladder through `start`, on both sides of which the quality is lower."""
    known: dict[int, float] = {}

    def at(rung: int) -> float:
        if rung not in known:
            known[rung] = quality(strength=round(start * STEP**rung, 4))
        return known[rung]

    rung = 0
    while abs(rung) < MOST_STEPS:
        best = max((rung, rung - 1, rung + 1), key=at)
        if best == rung:
            break
        rung = best
    return round(start * STEP**rung, 4)


def _filter(
    noisy: Images, method: str, setting: Setting, deviation: float, step: Callable[[], object] | None = None
) -> Images:
    apply = partial(FILTERS[method], deviation=deviation, setting=setting)
    filtered = np.empty_like(noisy)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # what takes long here lets go of the interpreter's lock
        for position, image in enumerate(pool.map(apply, noisy)):
            filtered[position] = image
            if step:
                step()
    return filtered


def _psnr(clean: Images, filtered: Images, noise: Noise, *, undone: bool) -> float:
    return float(np.mean(psnr(mse(clean, _finish(filtered, noise, undone=undone)))))


def _finish(filtered: Images, noise: Noise, *, undone: bool) -> Images:
    return np.clip(undo_bias(filtered, noise) if undone else filtered, 0, 1)
