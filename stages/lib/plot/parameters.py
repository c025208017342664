"""The section `plot` of params.yaml."""

from pydantic import Field

from stages.lib.parameters import Section


class PlotParameters(Section):
    """How much the figures show, and how finely."""

    columns: int = Field(ge=1, le=12, description="a whole number from 1 to 12 of images side by side")
    dots_per_inch: int = Field(ge=30, le=600, description="a whole number from 30 to 600")
