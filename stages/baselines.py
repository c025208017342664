"""Tune classical filters on validation images and apply them, as baselines for the denoiser: writes data/baselines/.

This stage does not depend on the denoiser, so that a new denoiser does not run it again.
"""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("baselines")

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.baselines.filters import CLASSICAL_FILTERS
from denoising.baselines.noise_sweep import sweep_noise
from denoising.baselines.tuning import TunedFilter, tune
from denoising.batching import batches
from denoising.images import Bytes, Images, as_float
from denoising.io.atomic import replacing
from denoising.io.baseline_results import FILTERED_SPLITS, TRIVIAL_METHODS, evenly_spaced
from denoising.io.center_crops import SWEEP_SIZE, center_crops
from denoising.io.progress import progress_bar
from denoising.io.ragged import writing_ragged
from denoising.io.splits import Split, open_clean_split, read_dataset_info
from denoising.io.tables import write_summary, write_table
from denoising.noise.models import Noise
from denoising.noise.prepared import open_split, prepared_noise
from stages.parameters.baselines import BaselinesParameters
from stages.paths import BASELINES, BASELINES_TIMES, PREPARED

TIMED_IMAGES = 20
AT_ONCE = 8  # images of any size in memory


def main(parameters: BaselinesParameters) -> None:
    prepared = read_dataset_info(PREPARED)
    splits = {name: open_split(PREPARED, name) for name in FILTERED_SPLITS}
    # Every other image is for tuning, so that those in between can be measured when evaluate.split is validation.
    spaced = evenly_spaced(len(splits["validation"]), count=2 * parameters.tuning_images)
    tuning, between = spaced[::2], spaced[1::2] if len(spaced) > 1 else spaced
    noise = prepared_noise(prepared)
    known = center_crops(splits["validation"], tuning, size=SWEEP_SIZE)
    filters = tune_all(parameters.methods, as_float(known.clean), known.noisy, noise=noise)
    measured = {"validation": between, "test": evenly_spaced(len(splits["test"]), count=parameters.images)}
    with replacing(BASELINES) as (folder,):
        folder.mkdir()
        train = open_clean_split(PREPARED, "train")
        trivial = () if train.is_ragged else TRIVIAL_METHODS
        for name, split in splits.items():
            write_filtered(folder, name, split, measured[name], filters)
            np.save(folder / f"{name}_indices.npy", measured[name])
            if trivial:
                write_trivial(folder, name, train.clean, count=len(measured[name]))
        tables = sweep_noise(
            filters,
            splits,
            [replace(noise, factor=factor) for factor in parameters.factors] if noise else [],
            seed=prepared.noise_seed,
            tuning=subsample(tuning, count=parameters.factor_tuning_images),
            measured={name: subsample(chosen, count=parameters.factor_images) for name, chosen in measured.items()},
        )
        for name, table in tables.items():
            write_table(folder / f"{name}_noise_sweep.csv", table)
        methods = {one.method: describe(one) for one in filters}
        write_summary(
            folder / "about.json", {"methods": methods, "trivial": list(trivial), "parameters": parameters.model_dump()}
        )
    write_times(filters, known.noisy[:TIMED_IMAGES])


def tune_all(methods: Sequence[str], clean: Images, noisy: Images, *, noise: Noise | None) -> list[TunedFilter]:
    """Return every method, tuned on these images, the best first."""
    filters = []
    with progress_bar("tuning filters", total=len(methods), unit="methods") as bar:
        for method in methods:
            bar.set_postfix_str(method)
            filters.append(tune(method, clean, noisy, noise=noise))
            bar.update()
    filters.sort(key=lambda one: -one.validation_psnr)
    images = "1 validation image" if len(clean) == 1 else f"{len(clean)} validation images"
    for one in filters:
        print(f"  {one.method:<16}  {one.validation_psnr:5.2f} dB on {images}  {one.setting}")
    return filters


def write_filtered(
    folder: Path, name: str, split: Split, chosen: NDArray[np.int64], filters: list[TunedFilter]
) -> None:
    """Write what each filter makes of images of a split."""
    with progress_bar(f"filtering {name} images", total=len(chosen) * len(filters)) as bar:
        for one in filters:
            if not split.is_ragged:
                np.save(folder / f"{name}_{one.method}.npy", one(split.noisy[chosen], on_image=bar.update))
                continue
            with writing_ragged(folder / f"{name}_{one.method}.bin") as file:
                for part in batches(len(chosen), size=AT_ONCE):
                    noisy = [split.noisy[index] for index in chosen[part].tolist()]
                    for image in one.each(noisy, on_image=bar.update):
                        file.append(image)


def write_trivial(folder: Path, name: str, train: Bytes, *, count: int) -> None:
    """Write the trivial baselines: the mean training image, and black."""
    mean = np.mean(train, axis=0, dtype=np.float64) / 255
    for method, image in zip(TRIVIAL_METHODS, (mean, np.zeros_like(mean)), strict=True):
        np.save(folder / f"{name}_{method}.npy", np.broadcast_to(image.astype(np.float32), (count, *image.shape)))


def subsample(indices: NDArray[np.int64], *, count: int) -> NDArray[np.int64]:
    return indices[evenly_spaced(len(indices), count=count)]


def describe(tuned: TunedFilter) -> dict[str, Any]:
    return {name: getattr(tuned, name) for name in ("setting", "debiased", "deviation", "validation_psnr")}


def write_times(filters: list[TunedFilter], noisy: Images) -> None:
    """Write the milliseconds that each filter takes per image, one image after the other."""
    times = []
    for one in filters:
        began = time.perf_counter()
        for image in noisy:
            CLASSICAL_FILTERS[one.method](image, deviation=one.deviation, setting=one.setting)
        times.append((time.perf_counter() - began) * 1000 / len(noisy))
    BASELINES_TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(BASELINES_TIMES, {"method": [one.method for one in filters], "milliseconds": times})
