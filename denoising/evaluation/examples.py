"""Selects the images that the figures show, and writes them as contact sheets with a table of their indices."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.images import as_bytes, as_float
from denoising.inference.denoiser import Denoise
from denoising.io.baseline_results import BaselineResults
from denoising.io.contact_sheets import write_contact_sheet
from denoising.io.splits import Split
from denoising.io.tables import Table

MAX_EXAMPLES = 20  # of each group
MAX_CLASSES = 10

Indices = NDArray[np.intp]


def select_examples(images: Mapping[str, NDArray[Any]]) -> dict[str, Indices]:
    """Return at most 20 indices for each group of images, from the per-image table.

    The groups are the first images; the best, the middle and the worst by the PSNR of the denoised image; and the
    repaired and flipped ones, which may be empty (`summary.count_changes` defines them).
    """
    psnr, label = images["denoised_psnr"], images["label"]
    ranking = np.argsort(psnr, kind="stable")
    from_middle = np.argsort(np.abs(np.arange(len(ranking)) - len(ranking) // 2), kind="stable")
    clean, noisy, denoised = (images[f"{name}_class"] == label for name in ("clean", "noisy", "denoised"))
    groups = {
        "first": np.arange(len(psnr)),
        "worst": ranking,
        "median": ranking[from_middle],
        "best": ranking[::-1],
        "repaired": np.flatnonzero(clean & ~noisy & denoised),
        "flipped": np.flatnonzero(clean & noisy & ~denoised),
    }
    return {name: indices[:MAX_EXAMPLES] for name, indices in groups.items()}


def one_per_class(labels: NDArray[Any]) -> Indices:
    """Return the index of the first image of each class, of ten classes at most."""
    return np.unique(labels, return_index=True)[1][:MAX_CLASSES]


def index_table(groups: Mapping[str, Indices]) -> Table:
    """Return the indices of all groups as a table with the columns group and index."""
    names = [name for name, indices in groups.items() for _ in indices]
    return {"group": names, "index": np.concatenate(list(groups.values()))}


def write_groups(folder: Path, split: Split, denoise: Denoise, groups: Mapping[str, Indices]) -> None:
    """Write a contact sheet for each group that is not empty: its images noisy, denoised and clean."""
    for group, chosen in groups.items():
        if len(chosen):
            noisy = split.noisy[chosen]
            rows = {"noisy": noisy, "denoised": denoise(noisy), "clean": as_float(split.clean[chosen])}
            write_contact_sheet(folder / f"{group}.png", {name: as_bytes(stack) for name, stack in rows.items()})


def write_methods(
    folder: Path, split: Split, denoise: Denoise, baselines: BaselineResults, *, methods: Sequence[str]
) -> Indices:
    """Write a contact sheet of one image per class with a row per method, the best last; return the indices."""
    shown = one_per_class(split.labels[baselines.indices])
    chosen = baselines.indices[shown]
    noisy = split.noisy[chosen]
    made = {"noisy": noisy, "denoiser": denoise(noisy)}
    made |= {method: stack[shown] for method, stack in baselines.images.items()}
    rows = {method: made[method] for method in reversed(methods)} | {"clean": as_float(split.clean[chosen])}
    write_contact_sheet(folder / "methods.png", {name: as_bytes(stack) for name, stack in rows.items()})
    return chosen
