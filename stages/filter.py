"""Tune classical filters on validation images and apply them, for the denoiser to beat: writes data/filtered/.

It knows nothing of the denoiser, so that a new one filters nothing again.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
TIMED = 20  # images


def main() -> None:
    parameters = read_section("filter", FilterParameters)
    drawn = read_about()["noise"]
    splits = {name: open_split(name) for name in SPLITS}
    # Every other one is for tuning, so that those between can be measured where validation images are.
    spaced = evenly_spaced(len(splits["validation"]), count=2 * parameters.tuning_images)
    tuning, between = spaced[::2], spaced[1::2] if len(spaced) > 1 else spaced
    clean, noisy = as_float(splits["validation"].clean[tuning]), splits["validation"].noisy[tuning]
    filters = tune_all(parameters.methods, clean, noisy, noise=Noise(drawn["kind"], drawn["factor"]))
    measured = {"validation": between, "test": evenly_spaced(len(splits["test"]), count=parameters.images)}
    with replacing(FOLDER) as (folder,):
        folder.mkdir()
        mean = np.mean(open_clean("train")[0], axis=0, dtype=np.float64) / 255
        answers = {"mean_image": mean.astype(np.float32), "black": np.zeros_like(mean, np.float32)}
        for name, split in splits.items():
            write_filtered(folder, name, split.noisy[measured[name]], filters)
            np.save(folder / f"{name}_indices.npy", measured[name])
            for method, answer in answers.items():  # given without looking
                np.save(folder / f"{name}_{method}.npy", np.broadcast_to(answer, (len(measured[name]), *answer.shape)))
        levels = score_levels(
            filters,
            splits,
            [Noise(drawn["kind"], level) for level in parameters.levels],
            seed=drawn["seed"],
            tuning=spread(tuning, count=parameters.level_tuning_images),
            measured={name: spread(chosen, count=parameters.level_images) for name, chosen in measured.items()},
        )
        for name, table in levels.items():
            write_table(folder / f"{name}_levels.csv", table)
        methods = {one.method: describe(one) for one in filters}
        write_summary(folder / "about.json", {"methods": methods, "parameters": parameters.model_dump()})
    write_times(filters, noisy[:TIMED])


def tune_all(methods: Sequence[str], clean: Images, noisy: Images, *, noise: Noise) -> list[Tuned]:
    """Return every method, tuned on these images, the best first."""
    filters = []
    with progress("tuning filters", total=len(methods), unit="methods") as bar:
        for method in methods:
            bar.set_postfix_str(method)
            filters.append(tune(method, clean, noisy, noise=noise))
            bar.update()
    filters.sort(key=lambda one: -one.validation_psnr)
    for one in filters:
        print(f"  {one.method:<16}  {one.validation_psnr:5.2f} dB on {len(clean)} validation images  {one.setting}")
    return filters


def write_filtered(folder: Path, name: str, noisy: Images, filters: list[Tuned]) -> None:
    """Write what the filters make of images of a split."""
    with progress(f"filtering {name} images", total=len(noisy) * len(filters)) as bar:
        for one in filters:
            np.save(folder / f"{name}_{one.method}.npy", one(noisy, step=bar.update))


def spread(indices: NDArray[np.int64], *, count: int) -> NDArray[np.int64]:
    return indices[evenly_spaced(len(indices), count=count)]


def describe(tuned: Tuned) -> dict[str, Any]:
    described = asdict(tuned)
    return {name: described[name] for name in ("setting", "undone", "deviation", "validation_psnr")}


def write_times(filters: list[Tuned], noisy: Images) -> None:
    """Write how many milliseconds each filter takes for an image, one image after the other."""
    times = []
    for one in filters:
        began = time.perf_counter()
        for image in noisy:
            FILTERS[one.method](image, deviation=one.deviation, setting=one.setting)
        times.append((time.perf_counter() - began) * 1000 / len(noisy))
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(TIMES, {"method": [one.method for one in filters], "milliseconds": times})


if __name__ == "__main__":
    failure.run_stage(main)
