"""The section `evaluate` of params.yaml."""

from typing import Literal

from pydantic import Field

from stages.lib.parameters import Section


class EvaluateParameters(Section):
    """What is measured, and in which portions."""

    split: Literal["test", "validation"] = Field(description="test, or validation while settings are being chosen")
    batch_size: int = Field(ge=1, le=65_536, description="a whole number, at least 1, of images denoised at once")
