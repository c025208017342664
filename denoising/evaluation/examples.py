"""Selects the images that the figures show, and writes them as contact sheets with a table of their indices."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.evaluation.example_crops import largest_error, shrinking_factor, shrunk, stacked
from denoising.images import Images, as_bytes, as_float
from denoising.inference.denoiser import Denoise
from denoising.io.baseline_results import BaselineResults
from denoising.io.contact_sheets import write_contact_sheet
from denoising.io.splits import Split
from denoising.io.tables import Table

MAX_EXAMPLES = 20  # of each group
MAX_CLASSES = 10
MAX_CROPS = 4  # of images of any size, in each group

Indices = NDArray[np.intp]


def select_examples(images: Mapping[str, NDArray[Any]], *, most: int = MAX_EXAMPLES) -> dict[str, Indices]:
    """Return at most that many indices for each group of images, from the per-image table.

    The groups are the first images; the best, the middle and the worst by the PSNR of the denoised image; and the
    repaired and flipped ones, which may be empty (`summary.count_changes` defines them).
    """
    psnr = images["denoised_psnr"]
    ranking = np.argsort(psnr, kind="stable")
    from_middle = np.argsort(np.abs(np.arange(len(ranking)) - len(ranking) // 2), kind="stable")
    groups = {
        "first": np.arange(len(psnr)),
        "worst": ranking,
        "median": ranking[from_middle],
        "best": ranking[::-1],
    }
    if "label" in images:
        clean, noisy, denoised = (images[f"{name}_class"] == images["label"] for name in ("clean", "noisy", "denoised"))
        groups["repaired"] = np.flatnonzero(clean & ~noisy & denoised)
        groups["flipped"] = np.flatnonzero(clean & noisy & ~denoised)
    return {name: indices[:most] for name, indices in groups.items()}


def one_per_class(labels: NDArray[Any]) -> Indices:
    """Return the index of the first image of each class, of ten classes at most."""
    return np.unique(labels, return_index=True)[1][:MAX_CLASSES]


def index_table(groups: Mapping[str, Indices]) -> Table:
    """Return the indices of all groups as a table with the columns group and index."""
    names = [name for name, indices in groups.items() for _ in indices]
    return {"group": names, "index": np.concatenate(list(groups.values()))}


def write_groups(folder: Path, split: Split, denoise: Denoise, groups: Mapping[str, Indices]) -> None:
    """Write a contact sheet for each group that is not empty: its images noisy, denoised and clean.

    Images that may differ in size are shown by the crop with the largest error.
    """
    for group, chosen in groups.items():
        if len(chosen):
            write_sheet(folder / f"{group}.png", example_rows(split, denoise, chosen))


def example_rows(split: Split, denoise: Denoise, chosen: Indices) -> dict[str, Images]:
    """Return chosen images, or crops of images of any size, noisy, denoised and clean."""
    if not split.is_ragged:
        noisy = split.noisy[chosen]
        return {"noisy": noisy, "denoised": denoise(noisy), "clean": as_float(split.clean[chosen])}
    rows: dict[str, list[Images]] = {"noisy": [], "denoised": [], "clean": []}
    for index in chosen.tolist():
        example = whole_example(split, denoise, index)
        window = largest_error(example["clean"], example["denoised"])
        for name, image in example.items():
            rows[name].append(image[window])
    return {name: stacked(crops) for name, crops in rows.items()}


def whole_example(split: Split, denoise: Denoise, index: int) -> dict[str, Images]:
    """Return one image (H, W, C), noisy, denoised and clean."""
    noisy = split.noisy[index]
    return {"noisy": noisy, "denoised": denoise(noisy[np.newaxis])[0], "clean": as_float(split.clean[index])}


def write_whole(folder: Path, split: Split, denoise: Denoise, index: int) -> Table:
    """Write an image noisy, denoised and clean: whole.png and, where the error is largest, whole_crop.png.

    Return its index, and where the crop is in whole.png, in pixels.
    """
    example = whole_example(split, denoise, index)
    window = largest_error(example["clean"], example["denoised"])
    write_sheet(folder / "whole.png", {name: shrunk(image)[np.newaxis] for name, image in example.items()})
    write_sheet(folder / "whole_crop.png", {name: image[window][np.newaxis] for name, image in example.items()})
    factor = shrinking_factor(example["clean"])
    ends = {"top": window[0].start, "bottom": window[0].stop, "left": window[1].start, "right": window[1].stop}
    return {"index": [index], **{name: [value // factor] for name, value in ends.items()}}


def write_methods(
    folder: Path, split: Split, denoise: Denoise, baselines: BaselineResults, *, methods: Sequence[str]
) -> Indices:
    """Write a contact sheet with a row per method, the best last; return the indices of its images.

    They are one of each class; without classes, the first ones that were filtered.
    """
    if split.labels is not None:
        shown = one_per_class(split.labels[baselines.indices])
    else:
        shown = np.arange(min(MAX_CROPS, len(baselines.indices)))
    chosen = baselines.indices[shown]
    if not split.is_ragged:
        noisy = split.noisy[chosen]
        made = {"noisy": noisy, "denoiser": denoise(noisy), "clean": as_float(split.clean[chosen])}
        made |= {method: stack[shown] for method, stack in baselines.images.items()}
    else:
        made = crops_by_method(split, denoise, baselines, shown)
    write_sheet(folder / "methods.png", {method: made[method] for method in (*reversed(methods), "clean")})
    return chosen


def crops_by_method(split: Split, denoise: Denoise, baselines: BaselineResults, shown: Indices) -> dict[str, Images]:
    """Return for each method the crops of the filtered images at these positions."""
    made: dict[str, list[Images]] = defaultdict(list)
    for position in shown.tolist():
        example = whole_example(split, denoise, int(baselines.indices[position]))
        window = largest_error(example["clean"], example["denoised"])
        images = {"noisy": example["noisy"], "denoiser": example["denoised"], "clean": example["clean"]}
        for method, image in (images | {name: of[position] for name, of in baselines.images.items()}).items():
            made[method].append(image[window])
    return {method: stacked(crops) for method, crops in made.items()}


def write_sheet(path: Path, rows: Mapping[str, Images]) -> None:
    """Write rows of images in [0, 1] as a contact sheet."""
    write_contact_sheet(path, {name: as_bytes(stack) for name, stack in rows.items()})
