"""Tune classical filters on validation images and apply them, for the denoiser to beat: writes data/filtered/.

It knows nothing of the denoiser, so that a new one filters nothing again.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from stages.lib import failure
from stages.lib.dataset import open_clean, open_split, read_about
from stages.lib.files import replacing
from stages.lib.filter.filters import FILTERS
from stages.lib.filter.levels import score_levels
from stages.lib.filter.parameters import FilterParameters
from stages.lib.filter.tuning import Tuned, tune
from stages.lib.filtered import FOLDER, SPLITS, evenly_spaced
from stages.lib.images import Images, as_float
from stages.lib.noise.families import Noise
from stages.lib.parameters import read_section
from stages.lib.progress import progress
from stages.lib.tables import write_summary, write_table

TIMES = Path("logs/times/filter.csv")  # no result: it differs from run to run
LEVEL_TUNING = 4  # so many times fewer validation images at each level of noise, of which there are many


def main() -> None:
    parameters = read_section("filter", FilterParameters)
    drawn = read_about()["noise"]
    splits = {name: open_split(name) for name in SPLITS}
    chosen = evenly_spaced(len(splits["validation"]), count=parameters.tuning_images)
    clean, noisy = as_float(splits["validation"].clean[chosen]), splits["validation"].noisy[chosen]
    filters = tune_all(parameters.methods, clean, noisy, noise=Noise(drawn["kind"], drawn["factor"]))
    with replacing(FOLDER) as (folder,):
        folder.mkdir()
        write_filtered(folder, filters, count=parameters.images)
        levels = score_levels(
            [one.method for one in filters[: parameters.level_methods]],
            splits,
            [Noise(drawn["kind"], level) for level in parameters.levels],
            seed=drawn["seed"],
            images=parameters.level_images,
            tuning_images=max(1, parameters.tuning_images // LEVEL_TUNING),
        )
        for name, table in levels.items():
            write_table(folder / f"{name}_levels.csv", table)
        methods = {one.method: _describe(one) for one in filters}
        write_summary(folder / "about.json", {"methods": methods, "parameters": parameters.model_dump()})
    write_times(filters, noisy)


def tune_all(methods: Sequence[str], clean: Images, noisy: Images, *, noise: Noise) -> list[Tuned]:
    """Return every method, tuned on these images, the best first."""
    work = sum(len(FILTERS[method].settings) for method in methods) * len(clean)
    with progress("tuning filters", total=work) as bar:
        filters = [tune(method, clean, noisy, noise=noise, step=bar.update) for method in methods]
    filters.sort(key=lambda one: -one.validation_psnr)
    for one in filters:
        print(f"  {one.method:<16}  {one.validation_psnr:5.2f} dB on {len(clean)} validation images  {one.setting}")
    return filters


def write_filtered(folder: Path, filters: list[Tuned], *, count: int) -> None:
    """Write what the filters, and two answers given without looking, make of `count` images of each split."""
    mean = np.mean(open_clean("train")[0], axis=0, dtype=np.float64) / 255
    answers = {"mean_digit": mean.astype(np.float32), "black": np.zeros_like(mean, np.float32)}
    for name in SPLITS:
        noisy = open_split(name).noisy
        chosen = evenly_spaced(len(noisy), count=count)
        np.save(folder / f"{name}_indices.npy", chosen)
        with progress(f"filtering {name} images", total=len(chosen) * len(filters)) as bar:
            for one in filters:
                np.save(folder / f"{name}_{one.method}.npy", one(noisy[chosen], step=bar.update))
        for method, answer in answers.items():
            np.save(folder / f"{name}_{method}.npy", np.broadcast_to(answer, (len(chosen), *answer.shape)))


def write_times(filters: list[Tuned], noisy: Images) -> None:
    """Write how many milliseconds each filter takes for an image, one image after the other."""
    times = []
    for one in filters:
        began = time.perf_counter()
        for image in noisy[:20]:
            FILTERS[one.method](image, deviation=one.deviation, setting=one.setting)
        times.append((time.perf_counter() - began) * 1000 / len(noisy[:20]))
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(TIMES, {"method": [one.method for one in filters], "milliseconds": times})


def _describe(tuned: Tuned) -> dict[str, object]:
    described = asdict(tuned)
    return {name: described[name] for name in ("setting", "undone", "deviation", "validation_psnr")}


if __name__ == "__main__":
    failure.run_stage(main)
