"""95% confidence intervals over images. They reflect the choice of images, not training randomness.

An interval is a dictionary with its ends `low` and `high`. Both are NaN for fewer than 20 images, which say too little.
`groups` numbers what images belong to, (N,): those of one scene or patient are not independent, so that groups are
counted in place of images.

`python -m benchmarks.coverage` measures how often the intervals of a mean contain it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap, norm, t

from denoising.rng import Purpose, generator

Values = NDArray[np.float64]  # (N,)
Groups = NDArray[np.int64]  # (N,)
Interval = dict[str, float]
CONFIDENCE = 0.95
MIN_IMAGES = 20
MANY_IMAGES = 1000  # from here on the bootstrap is as good as Student's interval, and follows skewed values
NO_INTERVAL: Interval = {"low": float("nan"), "high": float("nan")}


def mean_interval(values: Values, *, resamples: int, seed: int, groups: Groups | None = None) -> Interval:
    """Return the interval of the mean of `values`: Student's, or for 1,000 values or more the percentile bootstrap.

    Pass per-image differences for a paired comparison. B. Efron, R. Tibshirani, An Introduction to the Bootstrap
    (1993), chapter 13.
    """
    if groups is not None:
        return _grouped_interval(values, groups)
    if len(values) < MIN_IMAGES:
        return NO_INTERVAL
    if len(values) < MANY_IMAGES or np.ptp(values) == 0:
        reach = t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
        return {"low": float(np.mean(values) - reach), "high": float(np.mean(values) + reach)}
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


def proportion_interval(hits: Values, *, groups: Groups | None = None) -> Interval:
    """Return Wilson's interval of a proportion, the mean of zeros and ones.

    For means over several noise realizations of each image, `hits` may be fractions. The interval is then that of as
    many images with one realization, which is never too narrow.
    """
    if groups is not None:
        return _grouped_interval(hits, groups)
    if len(hits) < MIN_IMAGES:
        return NO_INTERVAL
    found = binomtest(round(float(hits.sum())), len(hits)).proportion_ci(CONFIDENCE, method="wilson")
    return {"low": float(found.low), "high": float(found.high)}


def paired_proportion_interval(one: Values, other: Values, *, groups: Groups | None = None) -> Interval:
    """Return Newcombe's interval of the difference of two proportions on the same images, mean(one) - mean(other).

    R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions based on paired data,
    Statistics in Medicine 17 (1998), method 10, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    """
    if groups is not None:
        return _grouped_interval(one - other, groups)
    count = len(one)
    if count < MIN_IMAGES:
        return NO_INTERVAL
    both, neither = float(np.sum(one * other)), float(np.sum((1 - one) * (1 - other)))
    first, second = float(one.sum()) - both, float(other.sum()) - both  # right in one alone
    (p, p_low, p_high), (q, q_low, q_high) = (_wilson(float(of.sum()), count) for of in (one, other))
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    excess = both * neither - first * second
    if excess > 0:
        excess = max(excess - count / 2, 0.0)  # continuity correction
    correlation = excess / np.sqrt(margins) if margins else 0.0
    below = (p - p_low) ** 2 - 2 * correlation * (p - p_low) * (q_high - q) + (q_high - q) ** 2
    above = (p_high - p) ** 2 - 2 * correlation * (p_high - p) * (q - q_low) + (q - q_low) ** 2
    return {"low": float(p - q - np.sqrt(max(below, 0))), "high": float(p - q + np.sqrt(max(above, 0)))}


def columns(name: str, value: float, interval: Interval) -> dict[str, Any]:
    """Return a value and its interval as the columns `name`, `name_low` and `name_high` of a table."""
    return {name: float(value), f"{name}_low": interval["low"], f"{name}_high": interval["high"]}


def _grouped_interval(values: Values, groups: Groups) -> Interval:
    """Return Student's interval with the standard error of groups of any sizes.

    R. L. Williams, A note on robust variance estimation for cluster-correlated data, Biometrics 56 (2000),
    doi:10.1111/j.0006-341X.2000.00645.x.
    """
    members = np.unique(groups, return_inverse=True)[1].reshape(-1)
    sums = np.bincount(members, weights=values - np.mean(values))
    count = len(sums)
    if count < MIN_IMAGES:
        return NO_INTERVAL
    error = np.sqrt(count / (count - 1) * np.sum(sums**2)) / len(values)
    reach = t.ppf((1 + CONFIDENCE) / 2, count - 1) * error
    return {"low": float(np.mean(values) - reach), "high": float(np.mean(values) + reach)}


def _wilson(hits: float, count: int) -> tuple[float, float, float]:
    """Return the proportion and the ends of Wilson's interval."""
    z = norm.ppf((1 + CONFIDENCE) / 2)
    rate, scale = hits / count, 1 + z * z / count
    middle = (rate + z * z / (2 * count)) / scale
    reach = z * np.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count)) / scale
    return rate, float(middle - reach), float(middle + reach)
