"""The section `prepare` of params.yaml."""

from typing import Literal, Self

from pydantic import Field, model_validator

from stages.parameters.base import Section


class NoiseParameters(Section):
    """The noise, on images from 0 (black) to 1 (white)."""

    kind: Literal["gaussian", "uniform", "correlated", "speckle", "poisson", "salt_and_pepper"] = Field(
        description="one of gaussian, uniform, correlated, speckle, poisson, salt_and_pepper"
    )
    factor: float = Field(ge=0, le=10, description="a number from 0 to 10, the strength of the noise")

    @model_validator(mode="after")
    def _a_fraction_is_at_most_one(self) -> Self:
        if self.kind == "salt_and_pepper" and self.factor > 1:
            raise ValueError("the factor of salt_and_pepper is a fraction of the pixels")
        return self


class DigitsParameters(Section):
    """How the embedded digits become a data set; the other sources are complete."""

    test: float = Field(gt=0, lt=1, description="a fraction between 0 and 1 of the digits, held out for the test")
    warps: int = Field(
        ge=0, le=1000, description="a whole number from 0 to 1000 of augmented copies of each training digit"
    )


class PrepareParameters(Section):
    """Which images are prepared, and how."""

    source: Literal["mnist", "fashion_mnist", "kmnist", "digits"] = Field(
        description="one of mnist, fashion_mnist, kmnist, digits"
    )
    validation: float = Field(gt=0, lt=1, description="a fraction between 0 and 1 of the training images")
    seed: int = Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
    noise: NoiseParameters = Field(description="a section with the keys kind, factor (of salt_and_pepper at most 1)")
    digits: DigitsParameters = Field(description="a section with the keys test, warps")
