"""Follows the best filter from no noise to strong noise."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from stages.lib.dataset import Split
from stages.lib.filter.tuning import Tuned, tune
from stages.lib.noise.families import Noise
from stages.lib.noise.redraw import with_noise
from stages.lib.progress import progress
from stages.lib.quality import mse, psnr, ssim

Indices = dict[str, NDArray[Any]]  # of the images of each split


def score_levels(
    filters: Sequence[Tuned],
    splits: dict[str, Split],
    noises: Sequence[Noise],
    *,
    seed: int,
    tuning: NDArray[Any],
    measured: Indices,
) -> dict[str, dict[str, list[Any]]]:
    """Return for each split a table of the PSNR and SSIM of each image, filtered by the best filter at every level.

    All `filters` are told the level, and their strength is tuned for it on the validation images `tuning`; the one
    that does best there is applied to the images `measured`.
    """
    tables: dict[str, dict[str, list[Any]]] = {
        name: {column: [] for column in ("method", "level", "index", "psnr", "ssim")} for name in splits
    }
    with progress("filtering other levels of noise", total=len(noises), unit="levels") as bar:
        for noise in noises:
            clean, noisy = with_noise("validation", splits["validation"], tuning, noise=noise, seed=seed)
            best = max(
                (tune(one.method, clean, noisy, noise=noise, like=one) for one in filters),
                key=lambda one: one.validation_psnr,
            )
            for name, split in splits.items():
                original, noisy_now = with_noise(name, split, measured[name], noise=noise, seed=seed)
                filtered = best(noisy_now)
                table, count = tables[name], len(filtered)
                table["method"] += [best.method] * count
                table["level"] += [noise.factor] * count
                table["index"] += measured[name].tolist()
                table["psnr"] += psnr(mse(original, filtered)).tolist()
                table["ssim"] += ssim(original, filtered).tolist()
            bar.update()
    return tables
