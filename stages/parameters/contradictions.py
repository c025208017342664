"""Finds values that are valid alone but not together."""

from collections.abc import Iterator, Mapping
from typing import Any

from stages.parameters.prepare import FILE_SOURCES


def contradictions(sections: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for every contradiction between valid sections."""
    prepare, train, baselines = (sections[name] for name in ("prepare", "train", "baselines"))
    yield from _of_image_files(prepare, train)
    if prepare.noise.kind == "salt_and_pepper":
        factors = {
            "prepare.noise.factor": prepare.noise.factor,
            "train.noise_factor_range": _highest(getattr(train, "noise_factor_range", None)),
            "baselines.factors": baselines.factors[-1],
        }
        for path, factor in factors.items():
            if factor > 1:
                yield f"{path}: {factor:g} is not a fraction of the pixels, at most 1, as salt_and_pepper needs"
    if baselines.factor_tuning_images > baselines.tuning_images:
        yield (
            f"baselines.factor_tuning_images: {baselines.factor_tuning_images} is more than the "
            f"{baselines.tuning_images} of baselines.tuning_images, from which they are taken"
        )
    if baselines.factor_images > baselines.images:
        yield (
            f"baselines.factor_images: {baselines.factor_images} is more than the {baselines.images} of "
            "baselines.images, from which they are taken"
        )


def _of_image_files(prepare: Any, train: Any) -> Iterator[str]:
    is_recorded = prepare.noise.kind == "recorded"
    if is_recorded and prepare.source != "folder":
        yield f"prepare.noise.kind: recorded noise needs prepare.source to be folder, not {prepare.source}"
    if prepare.source == "folder" and prepare.folder.labels == prepare.folder.group_by == "subfolder":
        yield "prepare.folder.labels: a subfolder cannot be a class and stay in one split (prepare.folder.group_by)"
    if is_recorded and train.noise_sampling == "per_epoch":
        yield "train.noise_sampling: recorded noise cannot be drawn; expected stored"
    if not is_recorded and train.examples == "patches" and train.noise_sampling == "stored":
        yield "train.noise_sampling: patches get their noise when they are cut; expected per_epoch"
    if train.examples == "patches" and prepare.source not in FILE_SOURCES:
        yield f"train.examples: the images of {prepare.source} are small and of one size; expected images"
    if train.examples == "images" and prepare.source in ("bsds500", "photographs"):
        yield f"train.examples: the images of {prepare.source} differ in size; expected patches"


def _highest(factor_range: object) -> float:
    return factor_range[1] if isinstance(factor_range, list) else 0.0
