"""The section `prepare` of params.yaml."""

from typing import Literal

from pydantic import Field

from stages.parameters.section import NoiseFactor, OpenFraction, Section, Seed


class NoiseParameters(Section):
    """The noise that is added to the clean images."""

    kind: Literal["gaussian", "uniform", "correlated", "speckle", "poisson", "salt_and_pepper"] = Field(
        description="type of noise; the result is clipped to [0, 1]. In `correlated` noise, neighbouring pixels are "
        "correlated. `speckle` noise is proportional to the pixel. `poisson` noise comes from counting photons"
    )
    factor: NoiseFactor = Field(
        description="standard deviation, on images from 0 to 1; for speckle and Poisson noise that of a white pixel, "
        "for salt and pepper the fraction of the pixels, at most 1"
    )


class DigitsParameters(Section):
    """How the embedded digits become a data set; the other sources are complete."""

    test_fraction: OpenFraction = Field(description="fraction of the digits held out for the test; only for `digits`")
    augmented_copies: int = Field(
        ge=0,
        le=1000,
        description="augmented copies of each training digit; they are rotated, sheared, scaled and shifted. Only for "
        "`digits`",
    )


class PrepareParameters(Section):
    """Which images are prepared, and how."""

    source: Literal["mnist", "fashion_mnist", "kmnist", "digits"] = Field(
        description="data set; `digits` is included in scikit-learn, the others are downloaded"
    )
    validation_fraction: OpenFraction = Field(description="fraction of the training images held out for validation")
    seed: Seed = Field(description="seed of the validation split and of the noise")
    noise: NoiseParameters
    digits: DigitsParameters
