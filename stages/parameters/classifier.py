"""The section `classifier` of params.yaml."""

from pydantic import Field

from stages.parameters.section import BatchSize, Section, Seed


class ClassifierParameters(Section):
    """How the classifier is trained that recognises digits."""

    epochs: int = Field(ge=1, le=10_000, description="passes over the clean training images")
    batch_size: BatchSize = Field(description="images per training step")
    learning_rate: float = Field(gt=0, le=1, description="peak learning rate of Adam")
    seed: Seed = Field(description="seed of the initial weights and the order of the images")
