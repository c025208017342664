"""Lays the scores of all images out as tables."""

import numpy as np
from numpy.typing import NDArray

from stages.lib.evaluate.scores import Scores
from stages.lib.images import Bytes
from stages.lib.quality import PerImage
from stages.lib.tables import Columns

BIN = 0.25  # decibels, of the histogram


def table_of_images(
    scores: dict[str, Scores], labels: Bytes, *, seen_clean: Bytes, filtered: NDArray[np.int64]
) -> Columns:
    """Return a table with a row an image: what it shows, what it is taken for, and every score, noisy and denoised.

    `filtered` are the indices of the images that the classical filters were applied to; a column marks them.
    """
    seen = {"clean": seen_clean, **{name: parts["class"].astype(np.uint8) for name, parts in scores.items()}}
    values = {
        f"{name}_{metric}": values
        for name, parts in scores.items()
        for metric, values in parts.items()
        if metric not in ("class", "recognised")
    }
    return {
        "index": np.arange(len(labels)),
        "label": labels,
        "filtered": np.isin(np.arange(len(labels)), filtered).astype(np.uint8),
        **{f"{name}_class": classes for name, classes in seen.items()},
        **values,
    }


def histogram(psnr: dict[str, PerImage]) -> Columns:
    """Return how many images have which PSNR, in bins of a quarter of a decibel."""
    together = np.concatenate(list(psnr.values()))
    edges = np.arange(np.floor(together.min() / BIN), np.floor(together.max() / BIN) + 2) * BIN
    counts = {name: np.histogram(values, edges)[0] for name, values in psnr.items()}
    return {"psnr": edges[:-1] + BIN / 2, **counts}
