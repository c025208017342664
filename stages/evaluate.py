"""Measure MSE, PSNR and SSIM: writes reports/metrics.json, and reports/evaluation/ for the figures."""

from pathlib import Path

import numpy as np

from stages.lib import failure
from stages.lib.dataset import SPLITS, Split, open_split, read_about
from stages.lib.evaluate.denoiser import Denoiser, load_denoiser
from stages.lib.evaluate.draws import new_draw, prepared_draw
from stages.lib.evaluate.hygiene import refuse_leaks
from stages.lib.evaluate.parameters import EvaluateParameters
from stages.lib.evaluate.quality import PerImage
from stages.lib.evaluate.scores import Scores, measure
from stages.lib.evaluate.summary import summarise_classes, summarise_draws
from stages.lib.files import replacing
from stages.lib.gallery import choose, write_sheet
from stages.lib.images import Bytes, as_bytes, as_float
from stages.lib.parameters import read_section
from stages.lib.tables import shorten, write_summary, write_table

MODEL = Path("models/denoiser.h5")
METRICS = Path("reports/metrics.json")
IMAGES = Path("reports/evaluation/images.csv")
HISTOGRAM = Path("reports/evaluation/psnr_histogram.csv")
CLASSES = Path("reports/evaluation/classes.csv")
EXAMPLES = Path("reports/evaluation/examples")
BIN = 0.25  # decibels, of the histogram


def main() -> None:
    parameters = read_section("evaluate", EvaluateParameters)
    split = open_split(parameters.split)
    denoiser = load_denoiser(MODEL, image_shape=split.image_shape)
    about = read_about()
    split_number, factor = SPLITS.index(parameters.split), about["noise"]["factor"]
    learned_from = (
        open_split(name) for name in ("train", "validation") if name != parameters.split
    )  # one mapped at a time
    repeated = refuse_leaks(split, learned_from, shipped=about["repeated"][parameters.split])
    draws = [prepared_draw(split)] + [
        new_draw((split_number, number), noise_factor=factor, seed=parameters.seed)
        for number in range(1, parameters.noise_draws)
    ]
    scores = [measure(split, denoiser, batch_size=parameters.batch_size, draw=draw) for draw in draws]
    first = scores[0]  # of the prepared draw, which the table and the figures show
    resamples, seed = parameters.resamples, parameters.seed
    summary = {
        "dataset": about["source"],
        "split": parameters.split,
        "images": len(split),
        "repeated_images": repeated,
        **summarise_draws(scores, resamples=resamples, seed=seed),
    }
    with replacing(METRICS, IMAGES, CLASSES, HISTOGRAM, EXAMPLES) as (metrics, images, classes, histogram, examples):
        write_summary(metrics, summary)
        write_images(images, first, split.labels)
        write_table(classes, summarise_classes(first, split.labels, resamples=resamples, seed=seed))
        write_histogram(histogram, {name: parts["psnr"] for name, parts in first.items()})
        write_examples(examples, split, denoiser, first["denoised"]["psnr"])
    print(f"{METRICS}: {len(split):,} {parameters.split} images of {about['source']}, {len(draws)} draws of the noise")
    for name in first:
        low, high = summary["interval"][name]["psnr"].values()
        line = "  {:<8}  MSE {mse:.5f}  PSNR {psnr:5.2f} dB ({:.2f} to {:.2f})  SSIM {ssim:.3f}"
        print(line.format(name, low, high, **summary[name]))


def write_images(path: Path, scores: dict[str, Scores], labels: Bytes) -> None:
    """Write a table of all images, with every score of each."""
    table = {f"{name}_{metric}": values for name, parts in scores.items() for metric, values in parts.items()}
    write_table(path, {"index": np.arange(len(labels)), "label": labels, **table})


def write_histogram(path: Path, psnr: dict[str, PerImage]) -> None:
    """Write how many images have which PSNR, in bins of a quarter of a decibel."""
    together = np.concatenate(list(psnr.values()))
    edges = np.arange(np.floor(together.min() / BIN), np.floor(together.max() / BIN) + 2) * BIN
    counts = {name: np.histogram(values, edges)[0] for name, values in psnr.items()}
    write_table(path, {"psnr": edges[:-1] + BIN / 2, **counts})


def write_examples(folder: Path, split: Split, denoiser: Denoiser, denoised_psnr: PerImage) -> None:
    """Write the sheets of images that the figures show, chosen by the PSNR as the table gives it."""
    folder.mkdir()
    for group, chosen in choose(np.array([shorten(value) for value in denoised_psnr])).items():
        noisy = split.noisy[chosen]
        rows = {"noisy": noisy, "denoised": denoiser(noisy), "clean": as_float(split.clean[chosen])}
        write_sheet(folder / f"{group}.png", {name: as_bytes(images) for name, images in rows.items()})


if __name__ == "__main__":
    failure.run_stage(main)
