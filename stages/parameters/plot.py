"""The section `plot` of params.yaml."""

from pydantic import Field

from stages.parameters.section import Section


class PlotParameters(Section):
    """The content and resolution of the figures."""

    columns: int = Field(ge=1, le=12, description="images side by side")
    dpi: int = Field(ge=30, le=600, description="resolution of the figures in dots per inch")
