"""The section `baselines` of params.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from stages.parameters.base import Section


def _without_duplicates(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError("a method is listed twice")
    return values


def _increasing(values: list[float]) -> list[float]:
    if values != sorted(set(values)):
        raise ValueError("the factors do not increase")
    return values


class BaselinesParameters(Section):
    """Which classical filters are compared with the denoiser, and on how many images."""

    methods: Annotated[
        list[Literal["median", "gaussian", "non_local_means", "total_variation", "wavelet", "bm3d"]],
        AfterValidator(_without_duplicates),
    ] = Field(
        min_length=1,
        description="a list of at least one of median, gaussian, non_local_means, total_variation, wavelet, bm3d",
    )
    images: int = Field(ge=2, le=1_000_000, description="a whole number, at least 2, of images to filter")
    tuning_images: int = Field(ge=1, le=1_000_000, description="a whole number, at least 1, of validation images")
    levels: Annotated[
        list[Annotated[float, Field(ge=0, le=10)]],
        AfterValidator(_increasing),
    ] = Field(min_length=2, description="a list of at least two increasing numbers from 0 to 10")
    level_images: int = Field(
        ge=2, le=1_000_000, description="a whole number, at least 2, of images at each noise factor"
    )
    level_tuning_images: int = Field(ge=1, le=1_000_000, description="a whole number, at least 1, of validation images")
