"""The section `classify` of params.yaml."""

from pydantic import Field

from stages.lib.parameters import Section


class ClassifyParameters(Section):
    """How the classifier is trained that says whether a digit is still that digit."""

    epochs: int = Field(ge=1, le=10_000, description="a whole number, at least 1, of passes over the training images")
    batch_size: int = Field(ge=1, le=65_536, description="a whole number, at least 1, of images a training step")
    learning_rate: float = Field(gt=0, le=1, description="a number above 0, at most 1")
    seed: int = Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
