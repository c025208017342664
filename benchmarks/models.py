"""Score the networks that come with the package on photographs that they have not seen: `make bench-models`.

    python -m benchmarks.models [NAME ...]    # ten minutes a network

Beside them stands BM3D, which is told the sigma, as `benchmarks.natural` has recorded it on the same noisy images.
Writes benchmarks/results/models.json and models.md.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.formatting import describe_processor
from benchmarks.natural_code import scoring_code
from benchmarks.natural_runs import run_module
from benchmarks.recorder import Recorder
from denoising.errors import DenoisingError
from denoising.figures.labels import in_brackets, interval_text
from denoising.inference.networks import bundled_networks, load_network
from denoising.intervals import mean_interval
from denoising.io.tables import read_summary
from stages.paths import BENCHMARK_MODELS, BENCHMARK_NATURAL
from stages.run import run

SIGMAS = (0, 5, 15, 25, 50)
SETS = {1: ("grayscale", "BSD68"), 3: ("rgb", "CBSD68")}  # by channels


@dataclass(frozen=True)
class Scored:
    """The machine, and the scores of a network by sigma and metric, for each image."""

    machine: str
    scores: dict[str, Any]


def main() -> None:
    recorder = Recorder(BENCHMARK_MODELS.with_suffix(".json"), head={})
    known = bundled_networks()
    chosen = sys.argv[1:] or list(known)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise DenoisingError(f"There is no network {', '.join(unknown)}. Choose from {', '.join(known)}.")
    for name in chosen:
        path = known[name]
        code = scoring_code(path, of=Path())
        recorder.add(name, lambda number, name=name: score(name), number=1, code=code)  # type: ignore[misc]
    BENCHMARK_MODELS.write_text("\n".join(lines(recorder.record["runs"])) + "\n", encoding="utf-8")
    print(BENCHMARK_MODELS.read_text(encoding="utf-8"))


def score(name: str) -> Scored:
    """Score a bundled network."""
    color_mode, _ = SETS[load_network(Path(name)).image_shape[-1] or 1]
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "scores.json"
        words = (name, "bsd68", color_mode, str(result), *map(str, SIGMAS))
        run_module("benchmarks.score_photographs", *words, folder=Path())
        return Scored(describe_processor(), read_summary(result))


def lines(runs: dict[str, Any]) -> Iterator[str]:
    """Yield the table of the scores as Markdown."""
    bm3d = json.loads(BENCHMARK_NATURAL.with_suffix(".json").read_text(encoding="utf-8"))["runs"]
    machines = sorted({run["machine"] for of in runs.values() for run in of})
    yield f"`make bench-models`. {'; '.join(machines)}. PSNR in decibels, 68 photographs."
    yield ""
    yield "| network | set, sigma | noisy | BM3D | network | network − BM3D | smallest gain of a single image |"
    yield "|---|---|---|---|---|---|---|"
    for name, (of,) in runs.items():
        color_mode, title = SETS[load_network(Path(name)).image_shape[-1] or 1]
        for sigma in SIGMAS:
            scores = of["scores"][str(sigma)]
            psnr = np.array(scores["psnr"])
            noisy = 20 * np.log10(255 / sigma) if sigma else np.inf
            filtered = bm3d.get(f"bm3d_{color_mode}_bsd68_{sigma}", [])
            cells = [
                f"`{name}`",
                f"{title}, {sigma}",
                f"{noisy:.2f}" if sigma else "",
                "",
                f"{psnr.mean():.2f}",
                "",
                "",
            ]
            if filtered:
                other = np.array(filtered[0]["scores"]["bsd68"][str(sigma)]["psnr"])
                ends = mean_interval(psnr - other, resamples=2000, seed=1)
                margin = f"{(psnr - other).mean():+.2f}{in_brackets(interval_text(ends['low'], ends['high']))}"
                cells[3], cells[5] = f"{other.mean():.2f}", margin
            cells[6] = f"{(psnr - noisy).min():+.2f}" if sigma else f"lowest PSNR {psnr.min():.2f}"
            yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    run(main)
