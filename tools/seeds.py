"""Run one setting under several seeds, and report mean, standard deviation and interval. This is `make seeds`.

    python -m tools.seeds [NAME] [N=5]    # NAME of experiments/, or without it the committed parameters

Each seed of train is a DVC experiment NAME-seed-1, NAME-seed-2 and so on, in a temporary folder. Those that this commit
has already are not run again, so that an interrupted run goes on.
"""

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from denoising.errors import DenoisingError
from stages.parameters.document import check_document, read_document
from stages.paths import METRICS
from stages.run import run
from tools.commands import DVC, git
from tools.experiment import changes, committed_document, read_experiment

COMMITTED = "committed"  # stands for the committed parameters
MOST = 1000
LEVEL = 0.95
Metrics = Mapping[str, Mapping[str, float]]


def main() -> None:
    name, count = words_of(sys.argv[1:])
    base = committed_document()
    target = {**base, **({} if name == COMMITTED else read_experiment(name))}
    wanted = [f"{name}-seed-{seed}" for seed in range(1, count + 1)]
    known = experiments()
    for seed, title in enumerate(wanted, start=1):
        if title in known:
            print(f"{title} has run on this commit.")
            continue
        chosen = {**target, "train": {**target["train"], "seed": seed}}
        check_document(chosen)
        command = [*DVC, "exp", "run", "--temp", "--name", title, *changes(read_document(), chosen)]
        status = subprocess.run(command, check=False).returncode
        if status:
            raise DenoisingError(f"{title} failed; its message is above. The seeds before it are kept.")
    known = experiments()
    print("\n".join(table(name, [json.loads(git("show", f"{known[title]}:./{METRICS}")) for title in wanted])))


def words_of(words: Sequence[str]) -> tuple[str, int]:
    """Return the name and the number of seeds; raises `DenoisingError` for other words."""
    numbers = [word.removeprefix("N=") for word in words if word.startswith("N=")]
    names = [word for word in words if not word.startswith("N=")]
    text = (numbers or ["5"])[-1]
    if len(names) > 1 or not text.isascii() or not text.isdigit() or not 2 <= int(text) <= MOST:
        raise DenoisingError(f"Give one name, and N from 2 to {MOST:,}: make seeds NAME=fast N=5")
    return (names or [COMMITTED])[0], int(text)


def experiments() -> dict[str, str]:
    """Return the Git references of the experiments on this commit, by name."""
    head = git("rev-parse", "HEAD").strip()
    folder = f"refs/exps/{head[:2]}/{head[2:]}"
    found = git("for-each-ref", "--format=%(refname)", folder).split()
    return {reference.removeprefix(f"{folder}/"): reference for reference in found}


def table(name: str, measured: Sequence[Metrics]) -> Iterator[str]:
    """Yield the results over the seeds as a Markdown table."""
    yield ""
    yield f"{name}, {len(measured)} seeds of train. The interval is that of the mean over all seeds (Student)."
    yield ""
    yield f"| | mean | standard deviation | {LEVEL:.0%} interval | lowest | highest |"
    yield "|---|---|---|---|---|---|"
    for group in ("validation", "denoised"):
        for metric in measured[0].get(group, {}):
            values = np.array([of[group][metric] for of in measured])
            low, high = interval(values)
            numbers = (values.mean(), low, high, values.min(), values.max())
            mean, low_end, high_end, lowest, highest = (f"{number:.5g}" for number in numbers)
            deviation = f"{values.std(ddof=1):.2g}"
            yield f"| {group} {metric} | {mean} | {deviation} | {low_end} to {high_end} | {lowest} | {highest} |"


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return Student's interval of the mean of independent values."""
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * values.std(ddof=1) / math.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


if __name__ == "__main__":
    run(main)
