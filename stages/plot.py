"""Draw the figures: writes reports/figures/*.png. Needs no TensorFlow."""

from pathlib import Path

from stages.lib import failure
from stages.lib.files import replacing
from stages.lib.parameters import read_section
from stages.lib.plot import figures, sceptic
from stages.lib.plot.parameters import PlotParameters
from stages.lib.plot.results import Results
from stages.lib.progress import progress

FOLDER = Path("reports/figures")
FIGURES = (
    figures.original_and_noisy,
    figures.noisy_denoised_original,
    figures.training_curves,
    figures.psnr_distribution,
    figures.by_class,
    figures.best_median_worst,
    sceptic.methods,
    sceptic.methods_side_by_side,
    sceptic.noise_levels,
    sceptic.noise_kinds,
    sceptic.recognised,
    sceptic.repaired_and_flipped,
)


def main() -> None:
    parameters = read_section("plot", PlotParameters)
    results = Results.read(columns=parameters.columns, dots_per_inch=parameters.dots_per_inch)
    with replacing(FOLDER) as (folder,), progress("drawing", total=len(FIGURES), unit="figures") as bar:
        folder.mkdir()
        for draw in FIGURES:
            draw(results, folder)
            bar.update()
    for path in sorted(FOLDER.iterdir()):
        print(path)


if __name__ == "__main__":
    failure.run_stage(main)
