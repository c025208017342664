"""Formats repeated measurements, and says on what machine they were made."""

import platform
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

from denoising.cores import usable_cores


def median_and_range(values: Sequence[float], form: str) -> str:
    """Return the median, with the minimum and the maximum where there are several values."""
    middle = f"{statistics.median(values):{form}}"
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}} to {max(values):{form}})"


def mean_and_deviation(values: Sequence[float], form: str) -> str:
    """Return the mean, with the standard deviation where there are several values."""
    middle = f"{statistics.fmean(values):{form}}"
    return middle if len(values) == 1 else f"{middle} ± {statistics.stdev(values):{form}}"


def describe_processor() -> str:
    """Return the processor, the number of its cores, and whether it computes in bfloat16, which many trainings do."""
    from denoising.backend.hardware import lacks_bfloat16  # TensorFlow takes seconds to import

    cpu = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpu.read_text(encoding="utf-8")) if cpu.exists() else None
    known = f", {'without' if lacks_bfloat16() else 'with'} bfloat16" if cpu.exists() else ""
    return f"{found.group(1).strip() if found else platform.machine()}, {usable_cores()} cores{known}"
