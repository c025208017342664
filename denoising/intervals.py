"""95% confidence intervals over images. They reflect the choice of images, not training randomness.

An interval is a dictionary with its ends `low` and `high`. Both are NaN for fewer than 20 images, which say too little.
Images of one scene or patient are not independent. Where `groups` (N,) numbers what each image belongs to, groups are
counted in place of images: N**2 / sum(size**2) of them, which for groups of one size is their number.

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
    (1993), chapter 13. For groups: Student's, with the standard error of R. L. Williams, A note on robust variance
    estimation for cluster-correlated data, Biometrics 56 (2000), doi:10.1111/j.0006-341X.2000.00645.x.
    """
    if _count(values, groups) < MIN_IMAGES:
        return NO_INTERVAL
    if groups is not None and _count(values, groups) < len(values):
        return _grouped_interval(values, groups)
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
    many images with one realization, or groups, which is never too narrow.
    """
    count = _count(hits, groups)
    if count < MIN_IMAGES:
        return NO_INTERVAL
    if count < len(hits):
        _, low, high = _wilson(float(np.mean(hits)) * count, count)
        return {"low": low, "high": high}
    found = binomtest(round(float(hits.sum())), len(hits)).proportion_ci(CONFIDENCE, method="wilson")
    return {"low": float(found.low), "high": float(found.high)}


def paired_proportion_interval(one: Values, other: Values, *, groups: Groups | None = None) -> Interval:
    """Return Newcombe's interval of the difference of two proportions on the same images, mean(one) - mean(other).

    R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions based on paired data,
    Statistics in Medicine 17 (1998), method 10, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    """
    count = _count(one, groups)
    if count < MIN_IMAGES:
        return NO_INTERVAL
    both, neither = (count * float(np.mean(of)) for of in (one * other, (1 - one) * (1 - other)))
    (p, p_low, p_high), (q, q_low, q_high) = (_wilson(count * float(np.mean(of)), count) for of in (one, other))
    first, second = count * p - both, count * q - both  # right in one alone
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


def _count(values: Values, groups: Groups | None) -> float:
    """Return the number of values, or of groups that are as informative."""
    if groups is None:
        return len(values)
    sizes = np.unique(groups, return_counts=True)[1]
    return float(len(values) ** 2 / np.sum(sizes**2))


def _grouped_interval(values: Values, groups: Groups) -> Interval:
    members = np.unique(groups, return_inverse=True)[1].reshape(-1)
    sums = np.bincount(members, weights=values - np.mean(values))
    error = np.sqrt(len(sums) / (len(sums) - 1) * np.sum(sums**2)) / len(values)
    reach = t.ppf((1 + CONFIDENCE) / 2, _count(values, groups) - 1) * error
    return {"low": float(np.mean(values) - reach), "high": float(np.mean(values) + reach)}


def _wilson(hits: float, count: float) -> tuple[float, float, float]:
    """Return the proportion and the ends of Wilson's interval."""
    z = norm.ppf((1 + CONFIDENCE) / 2)
    rate, scale = hits / count, 1 + z * z / count
    middle = (rate + z * z / (2 * count)) / scale
    reach = z * np.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count)) / scale
    return rate, float(middle - reach), float(middle + reach)
