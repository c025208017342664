"""The progress bar for anything that takes more than a few seconds; silent where there is no terminal."""

from typing import Any

from tqdm import tqdm


def progress_bar(description: str, *, total: int, unit: str = "images") -> "tqdm[Any]":
    """Return a progress bar to use as a context manager and to advance by its `update`."""
    return tqdm(total=total, desc=description, unit=f" {unit}", ncols=88, disable=None)


def pixel_bar(description: str, *, total: int, quiet: bool) -> "tqdm[Any]":
    """Return a progress bar for millions of pixels, which appears after a second."""
    return tqdm(total=total, desc=description, unit="px", unit_scale=True, delay=1, ncols=88, disable=quiet or None)
