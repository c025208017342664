"""Says how far a mean over images could be another one, had other images been drawn."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap

from stages.lib.randomness import INTERVALS, generator

CONFIDENCE = 0.95


def interval(values: NDArray[np.float64], *, resamples: int, seed: int, share: bool = False) -> dict[str, float]:
    """Return the 95% bootstrap confidence interval of the mean of `values` (N,), by the percentiles of its resamples.

    For a share, the mean of zeros and ones, Wilson's interval is returned.

    Give differences (N,) of two scores of the same images for a paired comparison. B. Efron, R. Tibshirani, An
    Introduction to the Bootstrap (1993), chapter 13.
    """
    if share and np.isin(values, (0, 1)).all():  # near 0 and 1 a bootstrap would have no width
        found = binomtest(int(values.sum()), len(values)).proportion_ci(CONFIDENCE, method="wilson")
        return {"low": float(found.low), "high": float(found.high)}
    if np.ptp(values) == 0:  # all alike, or one alone: nothing to resample
        return {"low": float(values[0]), "high": float(values[0])}
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=resamples,
        batch=100,  # at once in memory
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=generator(seed, INTERVALS),
    ).confidence_interval
    return {"low": float(found.low), "high": float(found.high)}


def between(
    name: str, values: NDArray[np.float64], *, resamples: int, seed: int, share: bool = False
) -> dict[str, float]:
    """Return the mean of the values and the ends of its interval, under names for a table."""
    ends = interval(values, resamples=resamples, seed=seed, share=share)
    return {name: float(np.mean(values)), f"{name}_low": ends["low"], f"{name}_high": ends["high"]}
