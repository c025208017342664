"""Draw the figures: writes reports/figures/*.png. Needs no TensorFlow."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("plot")

from denoising.figures import comparison_figures, result_figures
from denoising.figures.results import Results
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from stages.parameters.plot import PlotParameters
from stages.paths import EVALUATION, FIGURES, TRAINING

DRAWN = (
    result_figures.original_and_noisy,
    result_figures.noisy_denoised_original,
    result_figures.training_curves,
    result_figures.psnr_distribution,
    result_figures.by_class,
    result_figures.best_median_worst,
    comparison_figures.methods,
    comparison_figures.methods_side_by_side,
    comparison_figures.noise_sweep,
    comparison_figures.noise_types,
    comparison_figures.confusion,
    comparison_figures.repaired_and_flipped,
)


def main(parameters: PlotParameters) -> None:
    results = Results.read(evaluation=EVALUATION, training=TRAINING, **parameters.model_dump())
    with replacing(FIGURES) as (folder,), progress_bar("drawing", total=len(DRAWN), unit="figures") as bar:
        folder.mkdir()
        for draw in DRAWN:
            draw(results, folder / f"{draw.__name__}.png")
            bar.update()
    for path in sorted(FIGURES.iterdir()):
        print(path)
