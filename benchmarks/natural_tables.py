"""Renders the record of `natural` as Markdown."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from benchmarks.formatting import mean_and_deviation, median_and_range
from denoising.figures.labels import in_brackets, interval_text
from denoising.intervals import mean_interval

Runs = list[dict[str, Any]]  # each a `Measured` as a dictionary
SETS = {"bsd68": {"grayscale": "BSD68", "rgb": "CBSD68"}, "set12": {"grayscale": "Set12"}}
NETWORKS = {
    "gray_3_minutes": "`natural_gray`, short",
    "gray": "`natural_gray`",
    "gray_60_minutes": "`natural_gray`, long",
    "blind": "`natural_blind`",
    "color": "`natural_color`",
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
        "Gaussian noise with a standard deviation of sigma of 255, not clipped. PSNR in decibels, mean over the images "
        "of a set; ± is the standard deviation over seeds. Ahead of BM3D: in brackets, the 95% interval over images, "
        "first seed."
    )
    yield ""
    head = ["network", "training", "set, sigma", "BM3D", "network", "ahead of BM3D", "rounded to 8 bits"]
    yield f"| {' | '.join([*head, 'mean of 8 orientations'])} |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, title in NETWORKS.items():
        of = runs.get(name, [])
        for test_set, sigmas in of[0]["scores"].items() if of else ():
            mode = "rgb" if name == "color" else "grayscale"
            for sigma in sigmas:
                bm3d = runs.get(f"bm3d_{mode}_{test_set}_{sigma}")
                filtered = np.array(bm3d[0]["scores"][test_set][sigma]["psnr"]) if bm3d else None
                cells = [
                    title,
                    _seconds(of),
                    f"{SETS[test_set][mode]}, {sigma}",
                    "" if filtered is None else f"{filtered.mean():.2f}",
                    _over_seeds(of, test_set, sigma, "psnr"),
                    "" if filtered is None else _margin(of[0]["scores"][test_set][sigma]["psnr"], filtered),
                    _over_seeds(of, test_set, sigma, "psnr_8_bit"),
                    _over_seeds(of, test_set, sigma, "psnr_of_8_orientations"),
                ]
                yield f"| {' | '.join(cells)} |"


def _pairs(runs: dict[str, Runs]) -> Iterator[str]:
    """Yield what learning from pairs brings where the noise is correlated."""
    of = runs.get("pairs")
    if not of:
        return
    noisy = float(np.mean(of[0]["scores"]["learned"]["noisy"]))
    learned, blind = ([float(np.mean(one["scores"][name]["psnr"])) for one in of] for name in ("learned", "blind"))
    yield ""
    yield (
        "Correlated noise, in files of 8 bits, on 10 scenes not seen; 18 pairs to learn from and 2 for validation. "
        "PSNR in decibels:"
    )
    yield ""
    yield "| training | noisy | `natural_blind` | learned from the pairs |"
    yield "|---|---|---|---|"
    yield f"| {_seconds(of)} | {noisy:.2f} | {blind[0]:.2f} | {mean_and_deviation(learned, '.2f')} |"


def _costs(runs: dict[str, Runs]) -> Iterator[str]:
    """Yield the duration for the embedded photographs, and memory for many photographs."""
    if "photographs" in runs:
        yield ""
        yield f"The whole pipeline with `experiments/photographs.yaml`: {_seconds(runs['photographs'])}."
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
    return median_and_range([one["seconds"] for one in of], ",.0f") + " s"


def _over_seeds(of: Runs, test_set: str, sigma: str, metric: str) -> str:
    return mean_and_deviation([float(np.mean(one["scores"][test_set][sigma][metric])) for one in of], ".2f")


def _margin(denoised: Iterable[float], filtered: np.ndarray[Any, Any]) -> str:
    margin = np.array(denoised) - filtered
    interval = mean_interval(margin, resamples=2000, seed=1)
    return f"{margin.mean():+.2f}{in_brackets(interval_text(interval['low'], interval['high']))}"
