"""The section `filter` of params.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from stages.lib.parameters import Section

METHODS = "median, gaussian, non_local_means, total_variation, wavelet, bm3d"


def _without_repetition(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise ValueError("one of them stands twice")
    return values


def _rising(values: list[float]) -> list[float]:
    if values != sorted(set(values)):
        raise ValueError("they do not rise")
    return values


class FilterParameters(Section):
    """Which classical filters are compared with the denoiser, and on how many images."""

    methods: Annotated[
        list[Literal["median", "gaussian", "non_local_means", "total_variation", "wavelet", "bm3d"]],
        AfterValidator(_without_repetition),
    ] = Field(min_length=1, description=f"a list of at least one of {METHODS}, each once")
    images: int = Field(ge=2, le=1_000_000, description="a whole number, at least 2, of images to filter")
    tuning_images: int = Field(ge=1, le=1_000_000, description="a whole number, at least 1, of validation images")
    levels: Annotated[
        list[Annotated[float, Field(ge=0, le=10)]],
        AfterValidator(_rising),
    ] = Field(min_length=2, description="a list of at least two rising numbers from 0 to 10")
    level_images: int = Field(ge=2, le=1_000_000, description="a whole number, at least 2, of images at each level")
    level_tuning_images: int = Field(ge=1, le=1_000_000, description="a whole number, at least 1, of validation images")
