"""The section `classifier` of params.yaml."""

from pydantic import Field

from stages.parameters.base import Section


class ClassifierParameters(Section):
    """How the classifier is trained that recognises digits."""

    epochs: int = Field(ge=1, le=10_000, description="a whole number, at least 1, of passes over the training images")
    batch_size: int = Field(ge=1, le=65_536, description="a whole number, at least 1, of images a training step")
    learning_rate: float = Field(gt=0, le=1, description="a number above 0, at most 1")
    seed: int = Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
