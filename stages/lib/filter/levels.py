"""Follows the best filters from no noise to strong noise."""

from typing import Any

import numpy as np

from stages.lib.dataset import Split
from stages.lib.filter.filters import FILTERS
from stages.lib.filter.tuning import tune
from stages.lib.filtered import evenly_spaced
from stages.lib.noise.families import Noise
from stages.lib.noise.redraw import with_noise
from stages.lib.progress import progress
from stages.lib.quality import mse, psnr, ssim

Table = dict[str, list[Any]]


def score_levels(
    methods: list[str], splits: dict[str, Split], noises: list[Noise], *, seed: int, images: int, tuning_images: int
) -> dict[str, Table]:
    """Return for each split a table of the PSNR and SSIM of each image, filtered at every level of noise.

    The filters are told each level, and tuned anew for it on `tuning_images` validation images.
    """
    columns = ("method", "level", "index", "psnr", "ssim")
    tables: dict[str, Table] = {name: {column: [] for column in columns} for name in splits}
    chosen = {name: evenly_spaced(len(split), count=images) for name, split in splits.items()}
    tuning = evenly_spaced(len(splits["validation"]), count=tuning_images)
    work = sum(len(FILTERS[method].settings) * len(tuning) for method in methods)
    work += len(methods) * sum(map(len, chosen.values()))
    with progress("filtering other levels of noise", total=work * len(noises)) as bar:
        for noise in noises:
            clean, noisy = with_noise("validation", splits["validation"], tuning, noise=noise, seed=seed)
            for method in methods:
                tuned = tune(method, clean, noisy, noise=noise, step=bar.update)
                for name, split in splits.items():
                    original, images_now = with_noise(name, split, chosen[name], noise=noise, seed=seed)
                    filtered = tuned(images_now, step=bar.update)
                    count = len(filtered)
                    scores = psnr(mse(original, filtered)), ssim(original, filtered)
                    rows = ([method] * count, [noise.factor] * count, chosen[name], *scores)
                    for column, values in zip(columns, rows, strict=True):
                        tables[name][column].extend(np.asarray(values).tolist())
    return tables
