"""Compare the time that the pipeline takes with that of another commit, in alternating runs.

    python -m benchmarks.beside_commit COMMIT [ROUNDS]    # writes logs/beside_commit.md

Each run is `make run` in a new clone with an empty DVC cache: once with MNIST at hand, once without, on the embedded
digits. Setting up the two environments is not counted.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.clones import clone, resolve
from benchmarks.formatting import describe_processor, median_and_range
from denoising.errors import DenoisingError
from stages.run import run

TABLE = Path("logs/beside_commit.md")
STAGE = re.compile(r"^Running stage '(\w+)'")
Seconds = dict[str, list[float]]  # the seconds of every round, by stage


def main() -> None:
    if len(sys.argv) not in (2, 3):
        raise DenoisingError("Name a commit: python -m benchmarks.beside_commit COMMIT [ROUNDS]")
    commit, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    measured: dict[str, Seconds] = {resolve(name)[:7]: defaultdict(list) for name in (commit, "HEAD")}
    with tempfile.TemporaryDirectory(prefix="beside-") as name:
        folder = Path(name)
        for revision in measured:
            checkout = clone(folder / f"{revision}-environment", revision=revision)
            subprocess.run(["make", "setup"], cwd=checkout, check=True, stdout=subprocess.DEVNULL)
        for number in range(rounds):
            for revision, seconds in measured.items():
                for source, hidden in {"MNIST": {}, "digits": without_mnist(folder / "empty")}.items():
                    print(f"{revision}, {source}, run {number + 1}", file=sys.stderr, flush=True)
                    checkout = clone(folder / f"{revision}-{source}-{number}", revision=revision)
                    (checkout / ".venv").symlink_to(folder / f"{revision}-environment/.venv")
                    for stage, duration in time_stages(checkout, hidden).items():
                        seconds[f"{source}: {stage}"].append(duration)
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(render(measured, rounds), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


def without_mnist(empty: Path) -> dict[str, str]:
    """Return environment variables with which no copy of MNIST can be had."""
    nowhere = "http://127.0.0.1:9/"  # the port of `discard`, where nothing listens
    return {"DENOISING_CACHE": str(empty), "KERAS_HOME": str(empty), "DENOISING_MIRRORS": nowhere}


def time_stages(checkout: Path, changed: dict[str, str]) -> dict[str, float]:
    """Return the seconds of each stage of `make run`, and those of the whole; end this program where it fails.

    `changed` are environment variables.
    """
    environment = {**os.environ, **changed}
    began = time.monotonic()
    starts, lines = {}, []
    with subprocess.Popen(
        ["make", "run"], cwd=checkout, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if match := STAGE.match(line):
                starts[match[1]] = time.monotonic()  # that of its last start: the fallback starts prepare again
    end = time.monotonic()
    if process.returncode:
        sys.exit("".join(lines))
    ends = [*list(starts.values())[1:], end]
    return {stage: last - first for (stage, first), last in zip(starts.items(), ends, strict=True)} | {
        "all of `make run`": end - began
    }


def render(measured: dict[str, Seconds], rounds: int) -> str:
    """Return the table: seconds by stage and revision."""
    commit, head = measured.values()
    lines = [
        f"{rounds} alternating rounds: median (minimum to maximum), in seconds. {describe_processor()}.",
        "",
        f"| | {' | '.join(measured)} |",
        "|---|---|---|",
    ]
    for stage in dict.fromkeys([*commit, *head]):
        cells = [median_and_range(of[stage], ".1f") if of.get(stage) else "" for of in (commit, head)]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(main)
