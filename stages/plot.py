"""Draw the figures: writes reports/figures/*.png. Needs no TensorFlow."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("plot")

from denoising.figures import benchmark_figures, result_figures
from denoising.figures.results import Results
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from stages.parameters.plot import PlotParameters
from stages.paths import EVALUATION, EXAMPLES, FIGURES, METRICS, TRAINING

DRAWN = (
    result_figures.original_and_noisy,
    result_figures.noisy_denoised_original,
    result_figures.training_curves,
    result_figures.psnr_distribution,
    result_figures.by_class,
    result_figures.best_median_worst,
    benchmark_figures.methods,
    benchmark_figures.methods_side_by_side,
    benchmark_figures.noise_levels,
    benchmark_figures.noise_kinds,
    benchmark_figures.confusion,
    benchmark_figures.repaired_and_flipped,
)


def main(parameters: PlotParameters) -> None:
    results = Results.read(metrics=METRICS, evaluation=EVALUATION, examples=EXAMPLES, training=TRAINING)
    with replacing(FIGURES) as (folder,), progress_bar("drawing", total=len(DRAWN), unit="figures") as bar:
        folder.mkdir()
        for draw in DRAWN:
            path = folder / f"{draw.__name__}.png"
            draw(results, path, columns=parameters.columns, dpi=parameters.dots_per_inch)
            bar.update()
    for path in sorted(FIGURES.iterdir()):
        print(path)
