"""The section `compute` of params.yaml, which all stages share that compute with TensorFlow."""

from typing import Annotated, Literal

from pydantic import Field

from stages.parameters.section import Section


class ComputeParameters(Section):
    """How train, classifier and evaluate use the processor."""

    threads: Literal["all"] | Annotated[int, Field(ge=1, le=1024)] = Field(
        description="threads of train, classifier and evaluate; `all`: one per core. A number gives the same bytes on "
        "machines with more or fewer cores"
    )
