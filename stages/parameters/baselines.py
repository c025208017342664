"""The section `baselines` of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.parameters.section import ImageCount, Increasing, NoiseFactor, Section, WithoutDuplicates

Method = Literal["median", "gaussian", "non_local_means", "total_variation", "wavelet", "bm3d"]


class BaselinesParameters(Section):
    """Which classical filters are compared with the denoiser, and on how many images."""

    methods: Annotated[list[Method], WithoutDuplicates] = Field(
        min_length=1,
        description="classical filters; `bm3d` is an extra (`make setup EXTRA=bm3d`) that is free for non-commercial "
        "use only",
    )
    images: ImageCount = Field(description="test images filtered by every method")
    tuning_images: ImageCount = Field(
        description="validation images on which each filter is tuned; at most half of the validation images"
    )
    factors: Annotated[list[NoiseFactor], Increasing] = Field(
        min_length=2, description="noise factors of the noise sweep"
    )
    factor_images: ImageCount = Field(description="images filtered at each of these factors, by the best method")
    factor_tuning_images: ImageCount = Field(description="validation images for tuning at each of these factors")
