"""Tables of per-image scores."""

import numpy as np
from numpy.typing import NDArray

from denoising.evaluation.scores import Scores
from denoising.images import Bytes
from denoising.io.tables import Columns
from denoising.metrics import PerImage

BIN_WIDTH = 0.25  # decibels


def per_image_table(
    scores: dict[str, Scores], labels: Bytes, *, clean_class: Bytes, filtered: NDArray[np.int64]
) -> Columns:
    """Return a table with a row per image: its label, the predicted classes, and every score, noisy and denoised.

    `clean_class` is the class predicted for the clean image. `filtered` are the indices of the images to which the
    classical filters were applied; a column marks them.
    """
    predicted = {"clean": clean_class, **{name: of["class"].astype(np.uint8) for name, of in scores.items()}}
    values = {
        f"{name}_{metric}": values
        for name, of in scores.items()
        for metric, values in of.items()
        if metric not in ("class", "accuracy")
    }
    return {
        "index": np.arange(len(labels)),
        "label": labels,
        "filtered": np.isin(np.arange(len(labels)), filtered).astype(np.uint8),
        **{f"{name}_class": classes for name, classes in predicted.items()},
        **values,
    }


def psnr_histogram(psnr: dict[str, PerImage]) -> Columns:
    """Return how many images have which PSNR, in bins of a quarter of a decibel."""
    together = np.concatenate(list(psnr.values()))
    edges = np.arange(np.floor(together.min() / BIN_WIDTH), np.floor(together.max() / BIN_WIDTH) + 2) * BIN_WIDTH
    counts = {name: np.histogram(values, edges)[0] for name, values in psnr.items()}
    return {"psnr": edges[:-1] + BIN_WIDTH / 2, **counts}
