"""The section `report` of params.yaml, which plot and report share."""

from typing import Literal

from pydantic import Field

from stages.parameters.section import Section


class ReportParameters(Section):
    """How figures and report are written."""

    language: Literal["en", "zh-CN"] = Field(
        description="language of figures and report; Chinese needs a font of the system"
    )
