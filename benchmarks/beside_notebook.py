"""Compare this project with a plain notebook on MNIST, in alternating runs. This is `make bench`.

    python -m benchmarks.beside_notebook    # two hours; with QUICK=1 in the environment, five minutes; ROUNDS=5

Each training is a process of its own, in a clone of what is committed, and each round has its own seed (the notebook
sets none). Both models are scored by `score_model.py` on the same noisy test images. Times are medians, followed by the
minimum and the maximum; scores are means, followed by the standard deviation.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

from benchmarks import processes
from benchmarks.formatting import describe_processor, mean_and_deviation, median_and_range
from benchmarks.runners import Run, Runners
from denoising.io.tables import read_summary
from stages.paths import BENCHMARK_EXPERIMENTS, BENCHMARK_NOTEBOOK, DENOISER, PREPARED
from stages.run import run
from tools.experiment import read_experiment

QUICK = os.environ.get("QUICK", "") not in ("", "0")
ROUNDS = int(os.environ.get("ROUNDS", "1" if QUICK else "5"))
EPOCHS = 1 if QUICK else 10
SIZES = (6_000, 60_000) if QUICK else (6_000, 60_000, 240_000)
RESULTS = Path("logs/bench-quick.md") if QUICK else BENCHMARK_NOTEBOOK


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        runners = Runners(Path(name))
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        for line in chain(head(), training(runners), growth(runners), best()):
            lines.append(line)
            RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"\n{RESULTS.read_text(encoding='utf-8')}\n(written to {RESULTS})")


def head() -> Iterable[str]:
    yield f"# Beside the plain notebook: MNIST, Gaussian noise of factor 0.5, {os.cpu_count()} cores"
    yield ""
    yield (
        f"`make bench`, {ROUNDS} alternating rounds, each with its own seed. Times: median (minimum to maximum). "
        f"Scores: mean ± standard deviation. {describe_processor()}."
    )
    yield ""


def training(runners: Runners) -> Iterable[str]:
    """Yield duration and results of the trainings, and the speed of predictions."""
    trainings: dict[str, Callable[[int], Run]] = {
        "notebook": lambda seed: runners.notebook(epochs=EPOCHS),
        "same work": lambda seed: runners.same_work(epochs=EPOCHS, seed=seed),
        "fast": lambda seed: runners.experiment("fast", seed=seed),
        **({} if QUICK else {"balanced": lambda seed: runners.experiment("balanced", seed=seed)}),
    }
    runs: dict[str, list[Run]] = {name: [] for name in trainings}
    for number in range(ROUNDS):
        for name, train in trainings.items():
            tell(f"round {number + 1} of {ROUNDS}: {name}")
            runs[name].append(train(number + 1))
    notebook = runs["notebook"]
    head = ["training", "relative to the notebook", "end to end", "peak memory", "test PSNR", "test SSIM"]
    yield f"| {EPOCHS} epochs in the notebook | {' | '.join(head)} |"
    yield "|---|---|---|---|---|---|---|"
    for name, of in runs.items():
        fit = [one.fit for one in of]
        relative = statistics.median(fit) / statistics.median(one.fit for one in notebook)
        prepare = 0.0 if name == "notebook" else runners.prepared.seconds
        cells = [
            {"same work": f"this project, the same work ({EPOCHS} epochs of cae)"}.get(name, name),
            seconds(fit),
            f"1/{1 / relative:.0f}" if relative < 0.2 else f"{relative:.2f}",
            seconds([one.seconds + prepare for one in of]),
            f"{statistics.median(one.cost.peak for one in of):,.0f} MB",
            mean_and_deviation([one.measured["psnr"] for one in of], ".2f") + " dB",
            mean_and_deviation([one.measured["ssim"] for one in of], ".3f"),
        ]
        yield f"| {' | '.join(cells)} |"
    own = statistics.fmean(one.measured["psnr"] for one in notebook)
    reached = min(one.measured["psnr"] for one in runs["fast"])
    yield ""
    yield f"The mean of the notebook is {own:.2f} dB; the lowest result of `fast` is {reached:.2f} dB."
    yield "End to end is from the command to the saved model; for the project with `prepare` before it."
    yield from predictions(runners, notebook, runs["same work"])


def predictions(runners: Runners, notebook: list[Run], project: list[Run]) -> Iterable[str]:
    model = runners.whole / DENOISER
    load = "import keras, numpy; m = keras.models.load_model({!r}, compile=False); m.predict(numpy.load({!r})[:1])"
    plain = [sys.executable, "-c", load.format(str(model), str(runners.split / PREPARED / "noisy/test.npy"))]
    first: dict[str, list[float]] = {"theirs": [], "ours": []}
    for number in range(ROUNDS):
        tell(f"round {number + 1} of {ROUNDS}: from command to first result")
        first["theirs"].append(processes.run(plain, folder=runners.folder).seconds)
        first["ours"].append(runners.score_model(model, "1")["command"])
    ours, theirs = [one.measured for one in project], [one.measured["notebook"] for one in notebook]
    rates = {
        "`predict` of the notebook, 32 at once": (theirs, "predict_again", first["theirs"]),
        "the same, 500 at once": (theirs, "predict_500", []),
        "this project, as `evaluate` does, 500 at once": (ours, "predict_again", first["ours"]),
    }
    yield ""
    yield "| predictions, cae, 10,000 images | images a second | from command to first result |"
    yield "|---|---|---|"
    for name, (of, key, start) in rates.items():
        rate = median_and_range([len(runners.test) / one[key] for one in of], ",.0f")
        yield f"| {name} | {rate} | {seconds(start) if start else ''} |"


def growth(runners: Runners) -> Iterable[str]:
    """Yield how time and memory of an epoch grow with the number of training images."""
    yield ""
    yield "How an epoch grows with the number of images, one run each:"
    yield ""
    yield "| one epoch of | notebook | its peak memory | its private | this project | its peak memory | its private |"
    yield "|---|---|---|---|---|---|---|"
    for count in SIZES:
        cells = []
        for train in (runners.notebook, runners.same_work):
            tell(f"{count:,} images: {train.__name__}")
            one = train(epochs=1, count=count, measure=False)
            private = "unknown" if one.cost.private is None else f"{one.cost.private:,.0f} MB"
            cells += [f"{one.fit:.1f} s", f"{one.cost.peak:,.0f} MB", private]
        yield f"| {count:,} images | {' | '.join(cells)} |"


def best() -> Iterable[str]:
    """Yield the recorded result of the experiment `best`, which takes too long for alternating runs."""
    of = read_summary(BENCHMARK_EXPERIMENTS).get("best") if BENCHMARK_EXPERIMENTS.exists() else None
    if of is None or of.get("settings") != read_experiment("best"):
        return  # not run yet as it stands now
    yield ""
    yield "| `best`, run by `python -m benchmarks.experiments` | test PSNR | test SSIM | accuracy |"
    yield "|---|---|---|---|"
    yield f"| {of['seconds']:,.0f} s | {of['psnr']:.2f} dB | {of['ssim']:.3f} | {of['accuracy']:.1%} |"


def seconds(values: Iterable[float]) -> str:
    return median_and_range(list(values), ".1f") + " s"


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run(main)
