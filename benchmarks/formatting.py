"""Formats repeated measurements."""

import statistics
from collections.abc import Sequence


def median_and_range(values: Sequence[float], form: str) -> str:
    """Return the median, with the minimum and the maximum where there are several values."""
    middle = f"{statistics.median(values):{form}}"
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}} to {max(values):{form}})"
