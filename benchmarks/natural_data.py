"""Makes folders of photographs from BSDS500: pairs with recorded noise, and many copies; and parameters for them."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from denoising.datasets.bsds500 import load_bsds500
from denoising.image_files.normalise import normalise
from denoising.image_files.reader import read_image_file
from denoising.images import Stored, as_bytes, as_float
from denoising.inference.denoiser import load
from denoising.metrics import psnr
from denoising.noise.models import Noise, add_noise
from tools.experiment import read_experiment

HIDDEN_NOISE = Noise("correlated", 25 / 255)  # the pipeline sees the noisy files only


def write_pairs(folder: Path) -> None:
    """Write clean/SPLIT and noisy/SPLIT: files of 8 bits; the test scenes are of the 68 that nothing learns from."""
    known = load_bsds500()
    sources = {"train": known["train"][:18], "validation": known["train"][18:20], "test": known["test"][:10]}
    for number, (split, files) in enumerate(sources.items()):
        for index, file in enumerate(files):
            clean = as_float(read_grey(file.path))
            noisy = add_noise(clean[np.newaxis], HIDDEN_NOISE, seed=1, key=(number,), first_index=index)[0]
            for kind, image in (("clean", clean), ("noisy", noisy)):
                write_png(folder / kind / split / f"{index}.png", as_bytes(image))


def pair_sections(folder: Path, *, seed: int) -> dict[str, Any]:
    """Return the settings for photographs with pairs in place of noise that is added."""
    sections = read_experiment("natural_gray")
    prepare, train = sections["prepare"], dict(sections["train"])
    del train["noise_factor_range"]
    where = {**prepare["folder"], "clean": str(folder / "clean"), "noisy": str(folder / "noisy")}
    sections["prepare"] = {**prepare, "source": "folder", "folder": where, "noise": {"kind": "recorded"}}
    sections["train"] = {**train, "noise_sampling": "stored", "patches_per_image": 800, "epochs": 3, "seed": seed}
    return sections


def score_pairs(model: Path, folder: Path) -> dict[str, list[float]]:
    """Return the PSNR of the noisy and of the denoised test images."""
    denoise = load(model)
    scores: dict[str, list[float]] = {"noisy": [], "psnr": []}
    for path in sorted((folder / "clean/test").iterdir()):
        clean, noisy = (
            as_float(read_grey(folder / kind / "test" / path.name))[np.newaxis] for kind in ("clean", "noisy")
        )
        scores["noisy"].append(float(psnr(clean, noisy)[0]))
        scores["psnr"].append(float(psnr(clean, denoise(noisy))[0]))
    return scores


def write_copies(folder: Path, *, count: int) -> None:
    """Write the 500 photographs, and copies moved by one pixel more each, until there are `count` files."""
    files = [file.path for split in load_bsds500().values() for file in split]
    for number in range(count):
        moved = np.roll(read_grey(files[number % len(files)]), number // len(files), axis=1)
        write_png(folder / f"{number:05}.png", moved)


def folder_sections(folder: Path, *, count: int) -> dict[str, Any]:
    """Return the settings for photographs with a folder of clean ones, and as many training steps for any count."""
    sections = read_experiment("natural_gray")
    prepare = sections["prepare"]
    where = {**prepare["folder"], "clean": str(folder)}
    sections["prepare"] = {**prepare, "source": "folder", "folder": where}
    sections["train"] = {**sections["train"], "epochs": 1, "patches_per_image": 20_000 // count}
    return sections


def read_grey(path: Path) -> Stored:
    (page,) = read_image_file(path)
    return normalise(page, color_mode="grayscale", white=None)


def write_png(path: Path, image: Stored) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image[..., 0]).save(path)
