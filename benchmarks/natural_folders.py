"""Measures what needs folders of photographs: recorded pairs, the embedded photographs, and memory for many files."""

import time
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.clones import training_seconds
from benchmarks.natural_code import folder_code, scoring_code
from benchmarks.natural_runs import Measured, Place, Sections, checkout_with, measured, run_stage, train
from benchmarks.recorder import Recorder
from benchmarks.stages import STAGES
from denoising.datasets.bsds500 import load_bsds500
from denoising.image_files.normalize import normalize
from denoising.image_files.reader import read_image_file
from denoising.images import Stored, as_bytes, as_float
from denoising.inference.denoiser import load
from denoising.inference.networks import bundled_networks
from denoising.io.tables import read_summary
from denoising.metrics import psnr
from denoising.noise.models import Noise, add_noise
from stages.paths import DENOISER, METRICS
from tools.commands import dvc
from tools.experiment import read_experiment

BLIND = "natural-gray"  # the network that pairs are compared with
SMALL = {"depth": 2, "precision": "float32"}  # so that it takes minutes on any processor
HIDDEN_NOISE = Noise("correlated", 25 / 255)  # clipped; the pipeline sees the noisy files only
MEASURED = STAGES[:-3]  # all but export, plot and report, which see a few images or summaries only


def measure_pairs(recorder: Recorder, place: Place) -> None:
    """Record a network that learned from pairs, beside the blind one, on scenes that neither has seen."""

    def learn(seed: int) -> Measured:
        images = place.folder / f"images-{seed}"
        write_pairs(images)
        checkout, cost = train(pair_sections(place, images, seed=seed), place, f"pairs-{seed}")
        models = {"learned": checkout / DENOISER, "blind": Path(BLIND)}
        scores = {name: score_pairs(path, images) for name, path in models.items()}
        return measured(training_seconds(checkout), cost.peak, scores)

    compared = scoring_code(bundled_networks()[BLIND], of=place.committed)
    settings = {"natural_gray": read_experiment("natural_gray", folder=place.experiments), "compared": compared}
    code = folder_code(("index", "prepare", "train"), settings, of=place.committed)
    for number in range(1, 4):
        recorder.add("pairs", learn, number=number, code=code)


def measure_photographs(recorder: Recorder, place: Place) -> None:
    """Record how long the whole pipeline takes for the embedded photographs."""

    sections = read_experiment("photographs", folder=place.experiments)

    def run_all(number: int) -> Measured:
        checkout = checkout_with(sections, place, f"photographs-{number}")
        began = time.monotonic()
        dvc(checkout, "repro", capture_output=True).check_returncode()
        return measured(time.monotonic() - began, None, read_summary(checkout / METRICS))

    code = folder_code(STAGES, sections, of=place.committed)
    for number in range(1, 4):
        recorder.add("photographs", run_all, number=number, code=code)


def measure_memory(recorder: Recorder, place: Place) -> None:
    """Record the peak memory of stages for 500 photographs, and for ten times as many: copies, moved by a pixel."""

    def run_stages(count: int, number: int) -> Measured:
        images = place.folder / f"images-{count}"
        write_copies(images, count=count)
        checkout = checkout_with(folder_sections(place, images, count=count), place, f"memory-{count}")
        costs = {stage: run_stage(stage, checkout) for stage in MEASURED}
        seconds, peak = sum(cost.seconds for cost in costs.values()), max(cost.peak for cost in costs.values())
        return measured(seconds, peak, {stage: {"megabytes": cost.peak} for stage, cost in costs.items()})

    for count in (500, 5_000):
        code = folder_code(MEASURED, read_experiment("natural_gray", folder=place.experiments), of=place.committed)
        recorder.add(f"memory_{count}", partial(run_stages, count), number=1, code=code)


def write_pairs(folder: Path) -> None:
    """Write clean/SPLIT and noisy/SPLIT, files of 8 bits: 18 scenes to learn from, 2 for validation, 10 for the test.

    The test scenes are of the 68 that no network learns from.
    """
    known = load_bsds500()
    sources = {"train": known["train"][:18], "validation": known["train"][18:20], "test": known["test"][:10]}
    for number, (split, files) in enumerate(sources.items()):
        for index, file in enumerate(files):
            clean = as_float(read_grayscale(file.path))
            noisy = add_noise(clean[np.newaxis], HIDDEN_NOISE, seed=1, key=(number,), first_index=index)[0]
            for kind, image in (("clean", clean), ("noisy", noisy)):
                write_png(folder / kind / split / f"{index}.png", as_bytes(image))


def pair_sections(place: Place, folder: Path, *, seed: int) -> Sections:
    """Return the settings for pairs, with those in a folder."""
    sections = read_experiment("recorded", folder=place.experiments)
    where = {**sections["prepare"]["folder"], "clean": str(folder / "clean"), "noisy": str(folder / "noisy")}
    sections["prepare"] = {**sections["prepare"], "folder": where}
    sections["train"] = {**sections["train"], "seed": seed}
    return sections


def score_pairs(model: Path, folder: Path) -> dict[str, list[float]]:
    """Return the PSNR of the noisy and of the denoised test images."""
    denoise = load(model)
    scores: dict[str, list[float]] = {"noisy": [], "psnr": []}
    for path in sorted((folder / "clean/test").iterdir()):
        files = (folder / kind / "test" / path.name for kind in ("clean", "noisy"))
        clean, noisy = (as_float(read_grayscale(file))[np.newaxis] for file in files)
        scores["noisy"].append(float(psnr(clean, noisy)[0]))
        scores["psnr"].append(float(psnr(clean, denoise(noisy))[0]))
    return scores


def write_copies(folder: Path, *, count: int) -> None:
    """Write the 500 photographs, and copies moved by one pixel more each, until there are `count` files."""
    files = [file.path for split in load_bsds500().values() for file in split]
    for number in range(count):
        moved = np.roll(read_grayscale(files[number % len(files)]), number // len(files), axis=1)
        write_png(folder / f"{number:05}.png", moved)


def folder_sections(place: Place, folder: Path, *, count: int) -> Sections:
    """Return the settings for photographs with a folder of clean ones; the steps do not depend on their count."""
    sections = read_experiment("natural_gray", folder=place.experiments)
    prepare = sections["prepare"]
    where = {**prepare["folder"], "clean": str(folder)}
    sections["prepare"] = {**prepare, "source": "folder", "folder": where}
    sections["train"] = {**sections["train"], **SMALL, "epochs": 1, "patches_per_image": 5_000 // count}
    sections["baselines"] = {**sections["baselines"], "images": 68}
    return sections


def read_grayscale(path: Path) -> Stored:
    """Return the only image in a file, (H, W, 1)."""
    (page,) = read_image_file(path)
    return normalize(page, color_mode="grayscale", white=None)


def write_png(path: Path, image: Stored) -> None:
    """Write an image (H, W, 1)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image[..., 0]).save(path)
