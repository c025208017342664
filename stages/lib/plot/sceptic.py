"""The figures that answer a sceptic: compared with what, under which noise, and is the digit still the digit?

Each is a function of the results and of the folder that the figure goes to.
"""

from pathlib import Path

import numpy as np

from stages.lib.names import KINDS, METHODS
from stages.lib.plot.comparisons import draw_kinds, draw_levels, draw_methods
from stages.lib.plot.confusion import confusion, draw_confusion, most_confused
from stages.lib.plot.images import draw_groups, draw_rows, height_of
from stages.lib.plot.results import Results
from stages.lib.plot.style import figure
from stages.lib.tables import Columns

BESIDE = 6  # repaired and flipped images, each


def methods_side_by_side(results: Results, folder: Path) -> None:
    rows = results.methods_side_by_side(results.columns)
    with figure(
        folder / "methods_side_by_side.png",
        height=height_of(len(rows), results.columns, space=0.04, names=2.1),
        title="The same noisy images, filtered and denoised",
        subtitle="Each filter is tuned on validation images to its best PSNR, with the bias of clipped noise undone "
        "where that helps. From the worst to the best by PSNR.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_rows(drawing, rows, above={})


def methods(results: Results, folder: Path) -> None:
    best, ahead = METHODS[results.summary["best_filter"]["method"]], results.summary["ahead"]["psnr"]
    between = results.summary["interval"]["ahead"]["psnr"]
    with figure(
        folder / "methods.png",
        height=4.6,
        title=headline(best, ahead, **between),
        subtitle=f"{results.methods['images'][0]:,.0f} of the {results.measured_on}, the same noise for all; "
        f"bars end in 95% intervals. Ahead, image by image: {between['low']:.2f} to {between['high']:.2f} dB. "
        "Dotted: the clean images. Recognised by a classifier that has seen clean training images only.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_methods(drawing, results.methods, clean_recognised=results.summary["clean"]["recognised"])


def headline(best: str, ahead: float, *, low: float, high: float) -> str:
    """Return in words how the denoiser compares with the best filter: level where the interval holds zero."""
    if low <= 0 <= high:
        return f"The denoiser and the best filter, {best}, are level"
    return f"The denoiser is {abs(ahead):.1f} dB {'ahead of' if ahead > 0 else 'behind'} the best filter, {best}"


def noise_levels(results: Results, folder: Path) -> None:
    levels, trained = results.levels, results.noise["factor"]
    filters = ", ".join(METHODS[method] for method in dict.fromkeys(levels["filter"][levels["level"] > 0]))
    with figure(
        folder / "noise_levels.png",
        height=4.6,
        title=f"Trained at {trained:g}, the denoiser {where_it_helps(levels)}",
        subtitle=f"Noise: {results.noise_name}, {levels['images'][0]:,.0f} images a level. The best filter of each "
        f"({filters}) is told the level, its strength tuned for it; it is drawn at its distance from the denoiser on "
        f"{levels['filter_images'][0]:,.0f} of the images. Bands: 95% intervals.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_levels(drawing, levels, trained=trained)


def where_it_helps(levels: Columns) -> str:
    """Return in words at which levels of noise the denoised images have more PSNR than the noisy ones."""
    helps = levels["denoised_psnr"] > levels["noisy_psnr"]
    where = levels["level"][helps]
    if not len(where):
        return "helps at no noise factor"
    if helps[np.argmax(helps) :].all():
        return f"helps from a noise factor of {where.min():g} on"
    return f"helps at noise factors from {where.min():g} to {where.max():g}"


def noise_kinds(results: Results, folder: Path) -> None:
    kinds = results.kinds
    hardest = int(np.argmax(kinds["fall_psnr"]))
    fall = kinds["fall_psnr"][hardest]
    with figure(
        folder / "noise_kinds.png",
        height=4.6,
        title=f"On {KINDS[kinds['kind'][hardest]]} noise, it falls by {fall:.1f} dB"
        if fall > 0.05
        else "It falls on no other noise",
        subtitle=f"{kinds['images'][0]:,.0f} images. Each kind is as strong as the training noise, by the PSNR of the "
        "noisy images, or of factor 1 where that is weaker. Beside it, what the denoiser reaches on "
        f"{results.noise_name} noise where that leaves the same PSNR. Black: 95% intervals.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_kinds(drawing, kinds)


def recognised(results: Results, folder: Path) -> None:
    counts = confusion(results.images["label"], results.images["denoised_class"])
    pair = most_confused(counts)
    worst = f" Most often, {pair[0]} is taken for {pair[1]}." if pair else ""
    seen = {name: results.summary[name]["recognised"] for name in ("clean", "noisy")}
    with figure(
        folder / "confusion.png",
        height=5.0,
        title=f"{np.trace(counts) / counts.sum():.1%} of the denoised images are recognised",
        subtitle=f"{results.measured_on}, first draw of the noise, recognised by a classifier that has seen clean "
        f"training images only: {seen['clean']:.1%} of the clean images, {seen['noisy']:.1%} of the noisy ones.{worst}",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_confusion(drawing, counts)


def repaired_and_flipped(results: Results, folder: Path) -> None:
    groups, above = {}, {}
    for group in ("repaired", "flipped"):
        groups[group], indices = results.example(group, min(BESIDE, results.columns))
        columns = {"noisy": "noisy_class", "denoised": "denoised_class", "original": "clean_class"}
        above[group] = {row: [f"{seen:.0f}" for seen in results.images[name][indices]] for row, name in columns.items()}
    repairs, flips = results.summary["repaired"], results.summary["flipped"]
    with figure(
        folder / "repaired_and_flipped.png",
        height=height_of(3, 2 * BESIDE + 1, space=0.35),
        title=f"It repairs {repairs:,} images and flips {flips:,}",
        subtitle="Above each image: what it is taken for. Repaired: recognised when clean, not when noisy, and again "
        f"when denoised. Flipped: recognised until it was denoised. Of {results.measured_on}, first draw of the noise.",
        dots_per_inch=results.dots_per_inch,
    ) as drawing:
        draw_groups(drawing, groups, above=above)
