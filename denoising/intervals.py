"""95% confidence intervals of a mean over images. They reflect the choice of images, not training randomness."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap

from denoising.rng import Purpose, generator

CONFIDENCE = 0.95


def confidence_interval(
    values: NDArray[np.float64], *, resamples: int, seed: int, is_proportion: bool = False
) -> dict[str, float]:
    """Return the ends, `low` and `high`, of the 95% percentile bootstrap interval of the mean of `values` (N,).

    For a proportion, the mean of zeros and ones, it is Wilson's interval. Pass per-image differences for a paired
    comparison. B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if is_proportion and np.isin(values, (0, 1)).all():  # near 0 and 1 a bootstrap interval would have no width
        found = binomtest(int(values.sum()), len(values)).proportion_ci(CONFIDENCE, method="wilson")
        return {"low": float(found.low), "high": float(found.high)}
    if np.ptp(values) == 0:  # equal values, or a single one: nothing to resample
        return {"low": float(values[0]), "high": float(values[0])}
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=resamples,
        batch=100,  # bounds the memory
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=generator(seed, Purpose.BOOTSTRAP),
    ).confidence_interval
    return {"low": float(found.low), "high": float(found.high)}


def mean_with_ci(
    name: str, values: NDArray[np.float64], *, resamples: int, seed: int, is_proportion: bool = False
) -> dict[str, float]:
    """Return the mean of the values and the ends of its interval as the columns `name`, `name_low`, `name_high`."""
    ends = confidence_interval(values, resamples=resamples, seed=seed, is_proportion=is_proportion)
    return {name: float(np.mean(values)), f"{name}_low": ends["low"], f"{name}_high": ends["high"]}
