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

from benchmarks.formatting import describe_processor, median_and_range
from stages.run import run

TABLE = Path("logs/beside_commit.md")
STAGE = re.compile(r"^Running stage '(\w+)'")
Seconds = dict[str, list[float]]  # the seconds of every round, by stage


def main() -> None:
    commit, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    measured: dict[str, Seconds] = {name: defaultdict(list) for name in (commit, "HEAD")}
    with tempfile.TemporaryDirectory(prefix="beside-") as name:
        folder = Path(name)
        for revision in measured:
            checkout = clone(folder / f"{revision}-environment", revision)
            subprocess.run(["make", "setup"], cwd=checkout, check=True, stdout=subprocess.DEVNULL)
        for number in range(rounds):
            for revision, seconds in measured.items():
                for source, cache in {"MNIST": None, "digits": folder / "no-mnist"}.items():
                    print(f"{revision}, {source}, run {number + 1}", file=sys.stderr, flush=True)
                    checkout = clone(folder / f"{revision}-{source}-{number}", revision)
                    (checkout / ".venv").symlink_to(folder / f"{revision}-environment/.venv")
                    for stage, duration in time_stages(checkout, cache).items():
                        seconds[f"{source}: {stage}"].append(duration)
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(render(measured, rounds), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


def clone(folder: Path, revision: str) -> Path:
    """Clone a revision of this repository into a folder, and return the folder."""
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    head = subprocess.run(["git", "rev-parse", revision], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(["git", "checkout", "--quiet", head], cwd=folder, check=True)
    return folder


def time_stages(checkout: Path, cache: Path | None) -> dict[str, float]:
    """Return the seconds of each stage of `make run`, and those of the whole; end this program where it fails."""
    environment = {**os.environ, **({"DENOISING_CACHE": str(cache)} if cache else {})}
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
