"""Renders the record of `natural` as Markdown."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.formatting import mean_and_deviation, median_and_range
from benchmarks.natural_networks import NETWORKS
from denoising.figures.labels import in_brackets, interval_text
from denoising.intervals import mean_interval

Runs = list[dict[str, Any]]  # each a `Measured` as a dictionary
Scores = dict[str, Any]  # arrays (runs, images) by metric
# The titles of the test sets, and the positions of the images that are left out: Starfish is in train/12003 of BSDS500.
SETS: dict[str, dict[str, dict[str, list[int]]]] = {
    "bsd68": {"grayscale": {"BSD68": []}, "rgb": {"CBSD68": []}},
    "set12": {"grayscale": {"Set12": [], "Set12 without Starfish": [3]}},
}


def render(record: dict[str, Any]) -> str:
    """Return the tables of a record."""
    runs = {name: of for name, of in record["runs"].items() if of}
    machines = sorted({one["machine"] for of in runs.values() for one in of})
    lines = [
        f"`make bench-natural`. {'; '.join(machines)}. Times of several runs: median (minimum to maximum).",
        *_networks(runs),
        *_pairs(runs),
        *_costs(runs),
    ]
    return "\n".join(lines) + "\n"


def _networks(runs: dict[str, Runs]) -> Iterator[str]:
    """Yield the scores of the networks beside those of BM3D on the same noisy images."""
    yield ""
    yield (
        "Gaussian noise with a standard deviation of sigma/255, not clipped. PSNR in decibels, mean over the images "
        "of a set; ± is the standard deviation over seeds. In brackets, the 95% interval over images. Starfish, an "
        "image of Set12, is a part of a photograph of BSDS500 that networks learn from, here and in the papers."
    )
    yield ""
    head = ["network", "training", "set, sigma", "BM3D", "network", "network − BM3D", "rounded to 8 bits"]
    yield f"| {' | '.join([*head, 'mean of 8 orientations'])} |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, network in NETWORKS.items():
        for test_set in network.sets if name in runs else ():
            for sigma in network.sigmas:
                bm3d = runs.get(f"bm3d_{network.color_mode}_{test_set}_{sigma}", [])
                of, filtered = (_scores(some, test_set, str(sigma)) for some in (runs[name], bm3d))
                for title, left_out in SETS[test_set][network.color_mode].items():
                    yield _row([network.title, _seconds(runs[name]), f"{title}, {sigma}"], of, filtered, left_out)


def _scores(runs: Runs, test_set: str, sigma: str) -> Scores:
    """Return the scores of a set at a sigma by metric, (runs, images)."""
    of = [run["scores"][test_set][sigma] for run in runs]
    return {metric: np.array([one[metric] for one in of]) for metric in (of[0] if of else ())}


def _row(cells: list[str], of: Scores, filtered: Scores, left_out: list[int]) -> str:
    """Return the row of a network on a set without the images at some positions."""
    kept = {metric: np.delete(scores, left_out, axis=1) for metric, scores in of.items()}
    margin = ["", ""]
    if filtered:
        bm3d = np.delete(filtered["psnr"], left_out, axis=1)[0]
        difference = kept["psnr"].mean(axis=0) - bm3d
        ends = mean_interval(difference, resamples=2000, seed=1)
        margin = [
            f"{bm3d.mean():.2f}",
            f"{difference.mean():+.2f}{in_brackets(interval_text(ends['low'], ends['high']))}",
        ]
    psnr, rounded, turned = (
        mean_and_deviation(kept[metric].mean(axis=1).tolist(), ".2f")
        for metric in ("psnr", "psnr_8_bit", "psnr_of_8_orientations")
    )
    return f"| {' | '.join([*cells, margin[0], psnr, margin[1], rounded, turned])} |"


def _pairs(runs: dict[str, Runs]) -> Iterator[str]:
    """Yield what learning from pairs brings where the noise is correlated."""
    of = runs.get("pairs")
    if not of:
        return
    noisy = float(np.mean(of[0]["scores"]["learned"]["noisy"]))
    learned, blind = ([float(np.mean(one["scores"][name]["psnr"])) for one in of] for name in ("learned", "blind"))
    yield ""
    yield (
        "Correlated noise, in files of 8 bits, tested on 10 unseen scenes, after training on 18 pairs with 2 for "
        "validation. PSNR in decibels:"
    )
    yield ""
    yield "| training | noisy | `natural-gray` | learned from the pairs |"
    yield "|---|---|---|---|"
    yield f"| {_seconds(of)} | {noisy:.2f} | {blind[0]:.2f} | {mean_and_deviation(learned, '.2f')} |"


def _costs(runs: dict[str, Runs]) -> Iterator[str]:
    """Yield the duration for the embedded photographs, and memory for many photographs."""
    if "photographs" in runs:
        yield ""
        yield f"The whole pipeline with `experiments/photographs.yaml`, `dvc repro`: {_seconds(runs['photographs'])}."
    memory = {name.removeprefix("memory_"): of[0]["scores"] for name, of in runs.items() if name.startswith("memory_")}
    if memory:
        first = next(iter(memory.values()))
        yield ""
        yield f"| peak memory, photographs in the folder | {' | '.join(f'{int(count):,}' for count in memory)} |"
        yield "|---|" + "---|" * len(memory)
        for stage in first:
            cells = [f"{of[stage]['megabytes']:,.0f} MB" for of in memory.values()]
            yield f"| {stage} | {' | '.join(cells)} |"


def _seconds(of: Runs) -> str:
    processors = sorted({one["machine"].rsplit(", ", 1)[-1] for one in of})  # with or without bfloat16
    return f"{median_and_range([one['seconds'] for one in of], ',.0f')} s, {' and '.join(processors)}"
