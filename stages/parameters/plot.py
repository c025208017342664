"""The section `plot` of params.yaml."""

from pydantic import Field

from stages.parameters.base import Section


class PlotParameters(Section):
    """The content and resolution of the figures."""

    columns: int = Field(ge=1, le=12, description="a whole number from 1 to 12 of images side by side")
    dots_per_inch: int = Field(ge=30, le=600, description="a whole number from 30 to 600")
