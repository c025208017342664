"""Measure MSE, PSNR and SSIM: writes reports/metrics.json, and reports/evaluation/ for the figures."""

from pathlib import Path
from typing import Any

import numpy as np

from stages.lib import failure
from stages.lib.dataset import Split, open_split, read_about
from stages.lib.evaluate.denoiser import load_denoiser
from stages.lib.evaluate.parameters import EvaluateParameters
from stages.lib.evaluate.quality import PerImage
from stages.lib.evaluate.scores import Scores, measure, summarise
from stages.lib.files import replacing
from stages.lib.gallery import choose, write_sheet
from stages.lib.images import Bytes, Images, as_bytes, as_float
from stages.lib.parameters import read_section
from stages.lib.tables import shorten, write_summary, write_table

MODEL = Path("models/denoiser.h5")
METRICS = Path("reports/metrics.json")
IMAGES = Path("reports/evaluation/images.csv")
HISTOGRAM = Path("reports/evaluation/psnr_histogram.csv")
EXAMPLES = Path("reports/evaluation/examples")
BIN = 0.25  # decibels, of the histogram


def main() -> None:
    parameters = read_section("evaluate", EvaluateParameters)
    split = open_split(parameters.split)
    denoiser = load_denoiser(MODEL, image_shape=split.image_shape)
    scores, denoised = measure(split, denoiser, batch_size=parameters.batch_size)
    summary = summarise_all(scores, dataset=read_about()["source"], split=parameters.split)
    with replacing(METRICS, IMAGES, HISTOGRAM, EXAMPLES) as (metrics, images, histogram, examples):
        write_summary(metrics, summary)
        write_images(images, scores, split.labels)
        write_histogram(histogram, {name: parts["psnr"] for name, parts in scores.items()})
        write_examples(examples, split, denoised, scores["denoised"]["psnr"])
    print(f"{METRICS}: {len(split):,} {parameters.split} images of {summary['dataset']}")
    for name in scores:
        print("  {:<8}  MSE {mse:.5f}  PSNR {psnr:5.2f} dB  SSIM {ssim:.3f}".format(name, **summary[name]))


def summarise_all(scores: dict[str, Scores], *, dataset: str, split: str) -> dict[str, Any]:
    """Return what `dvc metrics diff` compares."""
    noisy, denoised = summarise(scores["noisy"]), summarise(scores["denoised"])
    gain = {metric: denoised[metric] - noisy[metric] for metric in ("psnr", "ssim")}
    images = len(scores["noisy"]["mse"])
    return {"dataset": dataset, "split": split, "images": images, "noisy": noisy, "denoised": denoised, "gain": gain}


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


def write_examples(folder: Path, split: Split, denoised: Images, denoised_psnr: PerImage) -> None:
    """Write the sheets of images that the figures show, chosen by the PSNR as the table gives it."""
    folder.mkdir()
    for group, chosen in choose(np.array([shorten(value) for value in denoised_psnr])).items():
        rows = {"noisy": split.noisy[chosen], "denoised": denoised[chosen], "clean": as_float(split.clean[chosen])}
        write_sheet(folder / f"{group}.png", {name: as_bytes(images) for name, images in rows.items()})


if __name__ == "__main__":
    failure.run_stage(main)
