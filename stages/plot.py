"""Draw the comparison figures: writes reports/figures/*.png. Needs no TensorFlow."""

from pathlib import Path

from stages.lib import failure
from stages.lib.files import replacing
from stages.lib.parameters import read_section
from stages.lib.plot import figures
from stages.lib.plot.parameters import PlotParameters
from stages.lib.plot.report import Report

FIGURES = Path("reports/figures")


def main() -> None:
    parameters = read_section("plot", PlotParameters)
    report = Report.read(columns=parameters.columns, dots_per_inch=parameters.dots_per_inch)
    with replacing(FIGURES) as (folder,):
        folder.mkdir()
        figures.original_and_noisy(report, folder)
        figures.noisy_denoised_original(report, folder)
        figures.training_curves(report, folder)
        figures.psnr_distribution(report, folder)
        figures.by_class(report, folder)
        figures.best_median_worst(report, folder)
    for path in sorted(FIGURES.iterdir()):
        print(path)


if __name__ == "__main__":
    failure.run_stage(main)
