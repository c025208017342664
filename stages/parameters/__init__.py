"""The sections of params.yaml, in the order of the stages; the last one is shared."""

from stages.parameters.baselines import BaselinesParameters
from stages.parameters.classifier import ClassifierParameters
from stages.parameters.compute import ComputeParameters
from stages.parameters.evaluate import EvaluateParameters
from stages.parameters.plot import PlotParameters
from stages.parameters.prepare import PrepareParameters
from stages.parameters.report import ReportParameters
from stages.parameters.section import Section
from stages.parameters.train import TrainParameters

SECTIONS: dict[str, type[Section]] = {
    "prepare": PrepareParameters,
    "train": TrainParameters,
    "baselines": BaselinesParameters,
    "classifier": ClassifierParameters,
    "evaluate": EvaluateParameters,
    "plot": PlotParameters,
    "report": ReportParameters,
    "compute": ComputeParameters,
}
