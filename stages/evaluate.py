"""Measure MSE, PSNR and SSIM: writes reports/metrics.json, and reports/evaluation/ for the figures."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stages.lib import failure
from stages.lib.dataset import Split, as_bytes, as_float, open_split, read_about
from stages.lib.evaluate.denoiser import load_denoiser
from stages.lib.evaluate.parameters import EvaluateParameters
from stages.lib.evaluate.quality import PerImage
from stages.lib.evaluate.scores import Scores, measure, summarise
from stages.lib.gallery import choose, write_sheet
from stages.lib.noise import Images
from stages.lib.parameters import read_section
from stages.lib.tables import shorten, write_summary, write_table

MODEL = Path("models/denoiser.h5")
METRICS = Path("reports/metrics.json")
FOLDER = Path("reports/evaluation")
BIN = 0.25  # decibels, of the histogram


def main() -> None:
    parameters = read_section("evaluate", EvaluateParameters)
    split = open_split(parameters.split)
    denoiser = load_denoiser(MODEL, image_shape=split.image_shape)
    scores, denoised = measure(split, denoiser, batch_size=parameters.batch_size)
    write_scores(scores, split.labels)
    write_examples(split, denoised, scores["denoised"]["psnr"])
    write_metrics(scores, dataset=read_about()["source"], split=parameters.split)


def write_scores(scores: dict[str, Scores], labels: NDArray[np.uint8]) -> None:
    """Write the table of all images, and the histogram of their PSNR."""
    table = {f"{name}_{metric}": values for name, parts in scores.items() for metric, values in parts.items()}
    write_table(FOLDER / "images.csv", {"index": np.arange(len(labels)), "label": labels, **table})
    values = {name: parts["psnr"] for name, parts in scores.items()}
    together = np.concatenate(list(values.values()))
    edges = np.arange(np.floor(together.min() / BIN), np.floor(together.max() / BIN) + 2) * BIN
    counts = {name: np.histogram(psnr, edges)[0] for name, psnr in values.items()}
    write_table(FOLDER / "psnr_histogram.csv", {"psnr": edges[:-1] + BIN / 2, **counts})


def write_examples(split: Split, denoised: Images, denoised_psnr: PerImage) -> None:
    """Write the sheets of images that the figures show, chosen by the PSNR as the table gives it."""
    for group, chosen in choose(np.array([shorten(value) for value in denoised_psnr])).items():
        rows = {"noisy": split.noisy[chosen], "denoised": denoised[chosen], "clean": as_float(split.clean[chosen])}
        write_sheet(FOLDER / "examples" / f"{group}.png", {name: as_bytes(images) for name, images in rows.items()})


def write_metrics(scores: dict[str, Scores], *, dataset: str, split: str) -> None:
    """Write and print the summary that `dvc metrics diff` compares."""
    noisy, denoised = summarise(scores["noisy"]), summarise(scores["denoised"])
    images = len(scores["noisy"]["mse"])
    gain = {metric: denoised[metric] - noisy[metric] for metric in ("psnr", "ssim")}
    summary = {"dataset": dataset, "split": split, "images": images, "noisy": noisy, "denoised": denoised, "gain": gain}
    write_summary(METRICS, summary)
    print(f"{METRICS}: {images:,} {split} images of {dataset}")
    for name, means in (("noisy", noisy), ("denoised", denoised)):
        print(f"  {name:<8}  MSE {means['mse']:.5f}  PSNR {means['psnr']:5.2f} dB  SSIM {means['ssim']:.3f}")


if __name__ == "__main__":
    failure.run(main)
