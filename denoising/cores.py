"""Says how many processor cores there are to work with."""

import os


def usable_cores() -> int:
    """Return how many cores this process may use: those of its affinity, where the system knows that."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
