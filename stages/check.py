"""Refuse a wrong params.yaml, all sections at once, before a stage computes anything.

DVC runs this ahead of every stage. It only says yes or no, so no result depends on it and it is no dependency:
a new parameter of the figures does not retrain the denoiser.
"""

from stages.lib import failure
from stages.lib.classify.parameters import ClassifyParameters
from stages.lib.evaluate.parameters import EvaluateParameters
from stages.lib.filter.parameters import FilterParameters
from stages.lib.parameters import Section, document_mistakes, read_document, refuse
from stages.lib.plot.parameters import PlotParameters
from stages.lib.prepare.parameters import PrepareParameters
from stages.lib.train.parameters import TrainParameters

SECTIONS: dict[str, type[Section]] = {
    "prepare": PrepareParameters,
    "train": TrainParameters,
    "filter": FilterParameters,
    "classify": ClassifyParameters,
    "evaluate": EvaluateParameters,
    "plot": PlotParameters,
}


def main() -> None:
    refuse(document_mistakes(read_document(), SECTIONS))


if __name__ == "__main__":
    failure.run(main)
