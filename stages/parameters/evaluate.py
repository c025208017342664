"""The section `evaluate` of params.yaml."""

from typing import Literal

from pydantic import Field

from stages.parameters.section import BatchSize, ImageCount, Section, Seed


class EvaluateParameters(Section):
    """What is measured."""

    split: Literal["test", "validation"] = Field(
        description="images to measure on; choose settings by the validation PSNR, and report the test images"
    )
    noise_draws: int = Field(
        ge=1, le=100, description="noise realizations that are averaged; the first is the prepared one"
    )
    images: ImageCount = Field(description="images for the noise sweep and for each other type of noise")
    bootstrap_resamples: int = Field(
        ge=100, le=100_000, description="bootstrap resamples for the confidence intervals of 1,000 images or more"
    )
    seed: Seed = Field(description="seed of the additional noise realizations and of the bootstrap")
    batch_size: BatchSize = Field(
        description="images denoised at a time; affects memory and speed, and results by rounding only"
    )
