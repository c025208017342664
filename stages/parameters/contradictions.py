"""Finds values that are valid alone but not together."""

from collections.abc import Iterator, Mapping
from typing import Any


def contradictions(sections: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for every contradiction between valid sections."""
    prepare, train, baselines = (sections[name] for name in ("prepare", "train", "baselines"))
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


def _highest(factor_range: object) -> float:
    return factor_range[1] if isinstance(factor_range, list) else 0.0
