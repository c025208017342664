"""The benchmark figures: other methods, other noise factors and types, and whether images are still recognised.

Each is a function of the results, the path to write to, the number of image columns, and the resolution.
"""

from pathlib import Path

import numpy as np

from denoising.figures.comparisons import draw_methods, draw_noise_sweep, draw_noise_types
from denoising.figures.confusion import confusion_matrix, draw_confusion, most_confused
from denoising.figures.image_grids import draw_groups, draw_rows, grid_height
from denoising.figures.labels import METHOD_LABELS, NOISE_LABELS
from denoising.figures.results import Results
from denoising.figures.style import figure
from denoising.io.tables import Columns

IMAGES_PER_GROUP = 6  # repaired and flipped


def methods_side_by_side(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    rows = results.methods_side_by_side(columns)
    with figure(
        path,
        height=grid_height(len(rows), columns, space=0.04, names=2.1),
        title="The same noisy images, filtered and denoised",
        subtitle="Each filter is tuned on validation images to its best PSNR, with the bias of clipped noise undone "
        "where that helps. From the worst to the best by PSNR.",
        dpi=dpi,
    ) as drawing:
        draw_rows(drawing, rows, above={})


def methods(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    best, margin = METHOD_LABELS[results.summary["best_filter"]["method"]], results.summary["ahead"]["psnr"]
    interval = results.summary["interval"]["ahead"]["psnr"]
    table = results.tables["methods"]
    with figure(
        path,
        height=4.6,
        title=comparison_title(best, margin, **interval),
        subtitle=f"{table['images'][0]:,.0f} of the {results.measured_on}, the same noise for all; "
        f"bars end in 95% intervals. Ahead, image by image: {interval['low']:.2f} to {interval['high']:.2f} dB. "
        "Dotted: the clean images. Recognised by a classifier that has seen clean training images only.",
        dpi=dpi,
    ) as drawing:
        draw_methods(drawing, table, clean_recognised=results.summary["clean"]["recognised"])


def comparison_title(best: str, margin: float, *, low: float, high: float) -> str:
    """Return in words how the denoiser compares with the best filter: level where the interval includes zero."""
    if low <= 0 <= high:
        return f"The denoiser and the best filter, {best}, are level"
    return f"The denoiser is {abs(margin):.1f} dB {'ahead of' if margin > 0 else 'behind'} the best filter, {best}"


def noise_levels(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    sweep, trained = results.tables["levels"], results.noise_factor
    filters = ", ".join(METHOD_LABELS[method] for method in dict.fromkeys(sweep["filter"][sweep["level"] > 0]))
    with figure(
        path,
        height=4.6,
        title=f"Trained at {trained:g}, the denoiser {helpful_factors(sweep)}",
        subtitle=f"Noise: {results.noise_name}, {sweep['images'][0]:,.0f} images a level. The best filter of each "
        f"({filters}) is told the level, its strength tuned for it; it is drawn at its distance from the denoiser on "
        f"{sweep['filter_images'][0]:,.0f} of the images. Bands: 95% intervals.",
        dpi=dpi,
    ) as drawing:
        draw_noise_sweep(drawing, sweep, trained=trained)


def helpful_factors(sweep: Columns) -> str:
    """Return in words at which noise factors the denoised images have a higher PSNR than the noisy ones."""
    helps = sweep["denoised_psnr"] > sweep["noisy_psnr"]
    factors = sweep["level"][helps]
    if not len(factors):
        return "helps at no noise factor"
    if helps[np.argmax(helps) :].all():
        return f"helps from a noise factor of {factors.min():g} on"
    return f"helps at noise factors from {factors.min():g} to {factors.max():g}"


def noise_kinds(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    types = results.tables["kinds"]
    hardest = int(np.argmax(types["fall_psnr"]))
    drop = types["fall_psnr"][hardest]
    with figure(
        path,
        height=4.6,
        title=f"On {NOISE_LABELS[types['kind'][hardest]]} noise, it falls by {drop:.1f} dB"
        if drop > 0.05
        else "It falls on no other noise",
        subtitle=f"{types['images'][0]:,.0f} images. Each kind is as strong as the training noise, by the PSNR of the "
        "noisy images, or of factor 1 where that is weaker. Beside it, what the denoiser reaches on "
        f"{results.noise_name} noise where that leaves the same PSNR. Black: 95% intervals.",
        dpi=dpi,
    ) as drawing:
        draw_noise_types(drawing, types)


def confusion(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    counts = confusion_matrix(*(results.tables["images"][name] for name in ("label", "denoised_class")))
    pair = most_confused(counts)
    worst = f" Most often, {pair[0]} is taken for {pair[1]}." if pair else ""
    recognised = {name: results.summary[name]["recognised"] for name in ("clean", "noisy")}
    with figure(
        path,
        height=5.0,
        title=f"{np.trace(counts) / counts.sum():.1%} of the denoised images are recognised",
        subtitle=f"{results.measured_on}, first draw of the noise, recognised by a classifier that has seen clean "
        f"training images only: {recognised['clean']:.1%} of the clean images, {recognised['noisy']:.1%} of the noisy "
        f"ones.{worst}",
        dpi=dpi,
    ) as drawing:
        draw_confusion(drawing, counts)


def repaired_and_flipped(results: Results, path: Path, *, columns: int, dpi: int) -> None:
    groups, above = {}, {}
    predicted = {"noisy": "noisy_class", "denoised": "denoised_class", "original": "clean_class"}
    for group in ("repaired", "flipped"):
        groups[group], indices = results.example(group, min(IMAGES_PER_GROUP, columns))
        above[group] = {
            row: [f"{label:.0f}" for label in results.tables["images"][name][indices]]
            for row, name in predicted.items()
        }
    repaired, flipped = results.summary["repaired"], results.summary["flipped"]
    with figure(
        path,
        height=grid_height(3, 2 * IMAGES_PER_GROUP + 1, space=0.35),
        title=f"It repairs {repaired:,} images and flips {flipped:,}",
        subtitle="Above each image: what it is taken for. Repaired: recognised when clean, not when noisy, and again "
        f"when denoised. Flipped: recognised until it was denoised. Of {results.measured_on}, first draw of the noise.",
        dpi=dpi,
    ) as drawing:
        draw_groups(drawing, groups, above=above)
