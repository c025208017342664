"""Renders the record of `beside_notebook` as Markdown. Times: median (minimum to maximum). Scores: mean ± deviation."""

import statistics
from collections.abc import Iterable
from typing import Any

from benchmarks.formatting import mean_and_deviation, median_and_range
from denoising.io.tables import read_summary
from stages.paths import BENCHMARK_EXPERIMENTS
from tools.experiment import read_experiment

TEST_IMAGES = 10_000
Runs = list[dict[str, Any]]  # each a `Run` as a dictionary


def render(record: dict[str, Any]) -> str:
    """Return the tables of a record."""
    runs = record["runs"]
    parts = (_head(record), _trainings(runs, epochs=record["epochs"]), _predictions(runs), _growth(runs), _best())
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(record: dict[str, Any]) -> Iterable[str]:
    yield f"# Beside the plain notebook: MNIST, Gaussian noise of factor 0.5, {record['machine']}"
    yield ""
    yield (
        f"`make bench`, {len(record['runs']['notebook'])} alternating rounds, each with its own seed. Times: median "
        f"(minimum to maximum). Scores: mean ± standard deviation. {record['machine']}."
    )


def _trainings(runs: dict[str, Runs], *, epochs: int) -> Iterable[str]:
    """Yield duration and results of the trainings."""
    names = {
        "notebook": "notebook",
        "same_work": f"this project, the same work ({epochs} epochs of cae)",
        "fast": "fast",
        "balanced": "balanced",
    }
    notebook = statistics.median(one["fit"] for one in runs["notebook"])
    head = ["training", "relative to the notebook", "end to end", "peak memory", "test PSNR", "test SSIM"]
    yield ""
    yield f"| system (notebook: {epochs} epochs) | {' | '.join(head)} |"
    yield "|---|---|---|---|---|---|---|"
    for name in (name for name in names if name in runs):
        of = runs[name]
        fit = [one["fit"] for one in of]
        relative = statistics.median(fit) / notebook
        cells = [
            names[name],
            _seconds(fit),
            f"1/{1 / relative:.0f}" if relative < 0.2 else f"{relative:.2f}",
            _seconds([one["seconds"] for one in of]),
            f"{statistics.median(one['cost']['peak'] for one in of):,.0f} MB",
            mean_and_deviation([one["measured"]["psnr"] for one in of], ".2f") + " dB",
            mean_and_deviation([one["measured"]["ssim"] for one in of], ".3f"),
        ]
        yield f"| {' | '.join(cells)} |"
    own = statistics.fmean(one["measured"]["psnr"] for one in runs["notebook"])
    reached = min(one["measured"]["psnr"] for one in runs["fast"])
    yield ""
    yield f"The mean of the notebook is {own:.2f} dB; the lowest result of `fast` is {reached:.2f} dB."
    yield "“End to end” is the time from the command to the saved model; for this project it includes `prepare`."
    if "balanced" not in runs:
        yield "`balanced` was left out: this processor has no instructions for bfloat16."


def _predictions(runs: dict[str, Runs]) -> Iterable[str]:
    """Yield the speed of predictions."""
    ours, theirs = (
        [one["measured"] for one in runs["same_work"]],
        [one["measured"]["notebook"] for one in runs["notebook"]],
    )
    rates = {
        "`predict` of the notebook, 32 at once": (theirs, "predict_again", "first_result_keras"),
        "the same, 500 at once": (theirs, "predict_500", None),
        "this project, as `evaluate` does, 500 at once": (ours, "predict_again", "first_result"),
    }
    yield ""
    yield "| predictions, cae, 10,000 images | images a second | from command to first result |"
    yield "|---|---|---|"
    for name, (of, key, first) in rates.items():
        rate = median_and_range([TEST_IMAGES / one[key] for one in of], ",.0f")
        yield f"| {name} | {rate} | {_seconds([one['seconds'] for one in runs[first]]) if first else ''} |"


def _growth(runs: dict[str, Runs]) -> Iterable[str]:
    """Yield how time and memory of an epoch grow with the number of training images."""
    yield ""
    yield "Time and memory of one epoch, by number of images, one run each:"
    yield ""
    yield "| one epoch of | notebook | peak memory | private memory | this project | peak memory | private memory |"
    yield "|---|---|---|---|---|---|---|"
    for count in sorted(int(name.removeprefix("notebook_")) for name in runs if name.startswith("notebook_")):
        cells = []
        for program in ("notebook", "same_work"):
            (one,) = runs[f"{program}_{count}"]
            private = one["cost"]["private"]
            cells += [
                f"{one['fit']:.1f} s",
                f"{one['cost']['peak']:,.0f} MB",
                "unknown" if private is None else f"{private:,.0f} MB",
            ]
        yield f"| {count:,} images | {' | '.join(cells)} |"


def _best() -> Iterable[str]:
    """Yield the recorded result of the experiment `best`, which takes too long for alternating runs."""
    of = read_summary(BENCHMARK_EXPERIMENTS).get("best") if BENCHMARK_EXPERIMENTS.exists() else None
    if of is None or of.get("settings") != read_experiment("best"):
        return  # not run yet as it stands now
    yield ""
    yield "| `best`, run by `python -m benchmarks.experiments` | test PSNR | test SSIM | accuracy |"
    yield "|---|---|---|---|"
    yield f"| {of['seconds']:,.0f} s | {of['psnr']:.2f} dB | {of['ssim']:.3f} | {of['accuracy']:.1%} |"


def _seconds(values: Iterable[float]) -> str:
    return median_and_range(list(values), ".1f") + " s"
