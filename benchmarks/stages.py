"""Measure seconds and peak memory of every stage, in a clean clone on the committed parameters.

    python -m benchmarks.stages [RUNS]

Each stage is a process of its own; its peak memory is what the system accounts to it, memory-mapped pages included.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STAGES = ("check", "prepare", "train", "filter", "classify", "evaluate", "plot", "report")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        subprocess.run(["git", "clone", "--quiet", ".", folder], check=True)
        measured = {stage: [measure(stage, Path(folder)) for _ in range(runs)] for stage in STAGES}
    print(f"\n{os.cpu_count()} cores, {runs} run{'s' if runs > 1 else ''}: median (least to most)\n")
    print("| stage | seconds | peak memory |\n|---|---|---|")
    for stage, pairs in measured.items():
        seconds, megabytes = zip(*pairs, strict=True)
        print(f"| {stage} | {spread(seconds, '.1f')} | {spread(megabytes, ',.0f')} MB |")


def measure(stage: str, folder: Path) -> tuple[float, float]:
    """Return the seconds that a stage takes, start to end of its process, and its peak memory in megabytes."""
    print(f"{stage} ...", file=sys.stderr, flush=True)
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, "-m", f"stages.{stage}"], cwd=folder, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(output.read().decode(errors="replace"))
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    return time.monotonic() - began, usage.ru_maxrss * unit / 1e6


def spread(values: tuple[float, ...], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


if __name__ == "__main__":
    main()
