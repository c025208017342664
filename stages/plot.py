"""Draw the figures: writes reports/figures/*.png and, for phones, reports/narrow_figures/*.png. Needs no TensorFlow."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("plot")

from dataclasses import replace

from denoising.figures import comparison_figures, result_figures
from denoising.figures.results import Results
from denoising.figures.style import NARROW, WIDE
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from denoising.language.texts import language
from stages.parameters.plot import PlotParameters
from stages.parameters.report import ReportParameters
from stages.paths import EVALUATION, FIGURES, NARROW_FIGURES, TRAINING

FIGURES_OF_ALL = (
    result_figures.original_and_noisy,
    result_figures.noisy_denoised_original,
    result_figures.training_curves,
    result_figures.psnr_distribution,
    result_figures.best_median_worst,
    comparison_figures.methods,
    comparison_figures.methods_side_by_side,
)
FIGURES_OF_CROPS = (result_figures.whole_image,)
FIGURES_OF_CLASSES = (
    result_figures.by_class,
    comparison_figures.confusion,
    comparison_figures.repaired_and_flipped,
)
FIGURES_OF_OTHER_NOISE = (comparison_figures.noise_sweep, comparison_figures.noise_types)


def main(parameters: PlotParameters, report: ReportParameters) -> None:
    results = Results.read(evaluation=EVALUATION, training=TRAINING, **parameters.model_dump())
    drawn = (
        *FIGURES_OF_ALL,
        *(FIGURES_OF_CROPS if results.has_crops else ()),
        *(FIGURES_OF_CLASSES if results.has_classes else ()),
        *(FIGURES_OF_OTHER_NOISE if results.has_other_noise else ()),
    )
    with (
        language(report.language),
        replacing(FIGURES, NARROW_FIGURES) as folders,
        progress_bar("drawing", total=2 * len(drawn), unit="figures") as bar,
    ):
        for folder, layout in zip(folders, (WIDE, NARROW), strict=True):
            folder.mkdir()
            for draw in drawn:
                draw(replace(results, layout=layout), folder / f"{draw.__name__}.png")
                bar.update()
    for path in sorted(FIGURES.glob("*.png")):
        print(path)
