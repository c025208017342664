"""Keeps the images that the figures show."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stages.lib.dataset import Split
from stages.lib.evaluate.denoiser import Denoiser
from stages.lib.filtered import Filtered
from stages.lib.gallery import choose, one_of_each_class, write_sheet
from stages.lib.images import as_bytes, as_float
from stages.lib.tables import Columns, shorten


def write_examples(
    folder: Path, split: Split, denoiser: Denoiser, filtered: Filtered, images: Columns, *, methods: Sequence[str]
) -> None:
    """Write a sheet for each group of images, chosen by the table as it is written; and one of `methods`."""
    folder.mkdir()
    written = {**images, "denoised_psnr": np.array([shorten(value) for value in images["denoised_psnr"]])}
    for group, chosen in choose(written).items():
        if len(chosen):
            noisy = split.noisy[chosen]
            rows = {"noisy": noisy, "denoised": denoiser(noisy), "clean": as_float(split.clean[chosen])}
            write_sheet(folder / f"{group}.png", {name: as_bytes(stack) for name, stack in rows.items()})
    shown = one_of_each_class(split.labels[filtered.indices])
    chosen = filtered.indices[shown]
    noisy = split.noisy[chosen]
    made = {"noisy": noisy, "denoiser": denoiser(noisy)}
    made |= {method: stack[shown] for method, stack in filtered.images.items()}
    rows = {method: made[method] for method in reversed(methods)} | {"clean": as_float(split.clean[chosen])}
    write_sheet(folder / "methods.png", {name: as_bytes(stack) for name, stack in rows.items()})
