"""Measure the duration and peak memory of every stage, in a clean clone with the committed parameters.

    python -m benchmarks.stages [RUNS [STAGE ...]]    # writes benchmarks/results/stages.md

Each stage is a process of its own; its peak memory is what the system accounts to it, memory-mapped pages included.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.clones import clone
from benchmarks.formatting import describe_processor, median_and_range
from benchmarks.processes import run
from stages.paths import BENCHMARK_STAGES

STAGES = ("index", "prepare", "train", "baselines", "classifier", "evaluate", "export", "plot", "report")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    stages = sys.argv[2:] or STAGES
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        checkout = clone(Path(folder) / "clone")
        measured = {stage: [measure(stage, checkout) for _ in range(runs)] for stage in stages}
    lines = [
        f"`python -m benchmarks.stages {runs}`: median (minimum to maximum). {describe_processor()}.",
        "",
        "| stage | seconds | peak memory |",
        "|---|---|---|",
    ]
    for stage, pairs in measured.items():
        seconds, megabytes = zip(*pairs, strict=True)
        lines.append(f"| {stage} | {median_and_range(seconds, '.1f')} | {median_and_range(megabytes, ',.0f')} MB |")
    BENCHMARK_STAGES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def measure(stage: str, folder: Path) -> tuple[float, float]:
    """Return the seconds that a stage takes, start to end of its process, and its peak memory in megabytes."""
    print(f"{stage} ...", file=sys.stderr, flush=True)
    cost = run([sys.executable, "-m", f"stages.{stage}"], folder=folder)
    return cost.seconds, cost.peak


if __name__ == "__main__":
    main()
