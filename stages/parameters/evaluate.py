"""The section `evaluate` of params.yaml."""

from typing import Literal

from pydantic import Field

from stages.parameters.base import Section


class EvaluateParameters(Section):
    """What is measured."""

    split: Literal["test", "validation"] = Field(description="test, or validation while settings are being chosen")
    noise_draws: int = Field(ge=1, le=100, description="a whole number from 1 to 100 of noise realizations")
    images: int = Field(ge=2, le=1_000_000, description="a whole number, at least 2, of images for every other noise")
    resamples: int = Field(ge=100, le=100_000, description="a whole number from 100 to 100000 of bootstrap resamples")
    seed: int = Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
    batch_size: int = Field(ge=1, le=65_536, description="a whole number, at least 1, of images denoised at once")
