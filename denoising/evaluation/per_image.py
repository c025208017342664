"""Tables of per-image scores."""

import numpy as np
from numpy.typing import NDArray

from denoising.evaluation.scores import Scores
from denoising.images import Bytes
from denoising.io.splits import CleanSplit
from denoising.io.tables import Columns
from denoising.metrics import PerImage

BIN_WIDTH = 0.25  # decibels


def per_image_table(
    scores: dict[str, Scores], split: CleanSplit, *, clean_class: Bytes | None, filtered: NDArray[np.int64]
) -> Columns:
    """Return a table with a row per image: its file, label and predicted classes, if it has any, and every score.

    `clean_class` is the class predicted for the clean image. `filtered` are the indices of the images to which the
    classical filters were applied; a column marks them.
    """
    table: Columns = {"index": np.arange(len(split))}
    if split.files is not None:
        table["file"] = np.array(split.files)
    table["filtered"] = np.isin(table["index"], filtered).astype(np.uint8)
    if clean_class is not None and split.labels is not None:
        table |= {"label": split.labels, "clean_class": clean_class}
        table |= {f"{name}_class": of["class"].astype(np.uint8) for name, of in scores.items()}
    values = {
        f"{name}_{metric}": values
        for name, of in scores.items()
        for metric, values in of.items()
        if metric not in ("class", "accuracy")
    }
    return table | values


def psnr_histogram(psnr: dict[str, PerImage]) -> Columns:
    """Return how many images have which PSNR, in bins of a quarter of a decibel."""
    together = np.concatenate(list(psnr.values()))
    edges = np.arange(np.floor(together.min() / BIN_WIDTH), np.floor(together.max() / BIN_WIDTH) + 2) * BIN_WIDTH
    counts = {name: np.histogram(values, edges)[0] for name, values in psnr.items()}
    return {"psnr": edges[:-1] + BIN_WIDTH / 2, **counts}
