"""Tunes the setting of a filter on validation images, and applies it with one thread per core."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from denoising.baselines.debias import debias, is_biased
from denoising.baselines.filters import CLASSICAL_FILTERS, NO_NOISE, Setting
from denoising.cores import usable_cores
from denoising.images import Images
from denoising.metrics import psnr
from denoising.noise.models import Noise
from denoising.noise.moments import variance

STEP = 1.2  # ratio of neighbouring strengths in the search: the best one is missed by a tenth at most
MAX_STEPS = 15  # in either direction, a factor of 15
COARSE_STEP, COARSE_POWERS, WARM_POWERS = 1.5, range(-5, 6), range(-2, 3)  # where the search looks first
CLIMBED_VARIANTS = 3  # the best ones on a few images
ALL_IMAGES = slice(None)


@dataclass(frozen=True)
class TunedFilter:
    """A filter with its best setting for one noise.

    `debiased` says whether the bias of clipped noise is removed after filtering. It is tuned too, since a median has
    less of that bias than an average.
    """

    method: str
    setting: Setting
    debiased: bool
    deviation: float
    noise: Noise | None  # None where it was recorded
    validation_psnr: float

    def __call__(self, noisy: Images, *, on_image: Callable[[], object] | None = None) -> Images:
        """Return the images (N, H, W, C) filtered, in [0, 1]; `on_image` is called after each."""
        return np.stack(self.each(list(noisy), on_image=on_image)) if len(noisy) else noisy

    def each(self, noisy: Sequence[Images], *, on_image: Callable[[], object] | None = None) -> list[Images]:
        """Return images (H, W, C) of any sizes filtered, in [0, 1]."""
        filtered = _filter(noisy, self.method, self.setting, self.deviation, on_image)
        return [_finish(image, self.noise, debiased=self.debiased) for image in filtered]


def tune(
    method: str, clean: Images, noisy: Images, *, noise: Noise | None, warm_start: TunedFilter | None = None
) -> TunedFilter:
    """Return the method with the setting that has the highest mean PSNR on these images (N, H, W, C).

    `warm_start` is the same method tuned for other noise. Its variant is kept and only the strength is tuned, which
    takes a fraction of the time.
    """
    if noise:
        deviation = float(np.sqrt(variance(clean.astype(np.float64), noise).mean()))
    else:
        deviation = float(np.std(noisy.astype(np.float64) - clean))
    candidates: list[TunedFilter] = []

    def quality(images: slice, **setting: Any) -> float:
        filtered = np.stack(_filter(noisy[images], method, setting, deviation))
        both = [
            TunedFilter(
                method, setting, debiased, deviation, noise, _mean_psnr(clean[images], filtered, noise, debiased)
            )
            for debiased in ((False, True) if noise and is_biased(noise) else (False,))
        ]
        if images == ALL_IMAGES:
            candidates.extend(both)
        return max(candidate.validation_psnr for candidate in both)

    start, variants = CLASSICAL_FILTERS[method].strength, CLASSICAL_FILTERS[method].variants
    if start is None:
        for variant in variants:
            quality(ALL_IMAGES, **variant)
        return max(candidates, key=lambda candidate: candidate.validation_psnr)
    powers = COARSE_POWERS
    if warm_start and warm_start.deviation > NO_NOISE:
        variants = [variant for variant in variants if variant.items() <= warm_start.setting.items()]
        start, powers = warm_start.setting["strength"], WARM_POWERS
    # PSNR may have two local maxima over the strength; a few images tell which of them to climb.
    few = slice(None, None, max(1, min(len(clean) // 4, 8)))
    coarse = [
        (quality(few, strength=strength, **variant), strength, variant)
        for variant in variants
        for strength in (start * COARSE_STEP**power for power in powers)
    ]
    best = [max((found for found in coarse if found[2] == variant), key=itemgetter(0)) for variant in variants]
    for _, strength, variant in sorted(best, key=itemgetter(0))[-CLIMBED_VARIANTS:]:
        hill_climb(partial(quality, ALL_IMAGES, **variant), strength)
    return max(candidates, key=lambda candidate: candidate.validation_psnr)


def hill_climb(quality: Callable[..., float], start: float) -> float:
    """Return the strength, on a geometric grid through `start`, whose two neighbours have a lower quality."""
    known: dict[int, float] = {}

    def at(step: int) -> float:
        if step not in known:
            known[step] = quality(strength=round(start * STEP**step, 4))
        return known[step]

    step = 0
    while abs(step) < MAX_STEPS:
        best = max((step, step - 1, step + 1), key=at)
        if best == step:
            break
        step = best
    return round(start * STEP**step, 4)


def _filter(
    noisy: Sequence[Images] | Images,
    method: str,
    setting: Setting,
    deviation: float,
    on_image: Callable[[], object] | None = None,
) -> list[Images]:
    apply = partial(CLASSICAL_FILTERS[method], deviation=deviation, setting=setting)
    filtered = []
    with ThreadPoolExecutor(usable_cores()) as pool:  # the slow filters release the interpreter's lock
        for image in pool.map(apply, noisy):
            filtered.append(image)
            if on_image:
                on_image()
    return filtered


def _mean_psnr(clean: Images, filtered: Images, noise: Noise | None, debiased: bool) -> float:
    return float(np.mean(psnr(clean, _finish(filtered, noise, debiased=debiased))))


def _finish(filtered: Images, noise: Noise | None, *, debiased: bool) -> Images:
    return np.clip(debias(filtered, noise) if noise and debiased else filtered, 0, 1)
