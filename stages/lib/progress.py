"""The progress bar of every stage; none is drawn where no one watches."""

from typing import Any

from tqdm import tqdm


def progress(description: str, *, total: int, unit: str = "images") -> "tqdm[Any]":
    """Return a bar to be used as a context, and moved on by its `update`."""
    return tqdm(total=total, desc=description, unit=f" {unit}", ncols=88, disable=None)
