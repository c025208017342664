"""Run one setting under several seeds, and report mean, standard deviation and interval. This is `make seeds`.

    python -m tools.seeds [NAME] [N=5]    # NAME of experiments/, or without it the committed parameters

Each seed of train is a DVC experiment NAME-seed-1, NAME-seed-2 and so on, in a temporary folder. Those that this commit
has already are not run again, so that an interrupted run goes on.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from denoising.errors import DenoisingError
from stages.parameters.document import check_document, parse_document
from stages.paths import METRICS, PARAMS
from stages.run import run
from tools.commands import experiments, git, require_one_worker, require_unchanged
from tools.experiment import COMMITTED, changes, committed_document, read_experiment
from tools.watched import run_dvc

MOST = 1000
LEVEL = 0.95
GROUPS = ("validation", "denoised")  # of metrics.json, that depend on the training
Metrics = Mapping[str, Mapping[str, float]]


def main() -> None:
    name, count = name_and_count(sys.argv[1:])
    require_one_worker()
    require_unchanged()
    base, head = committed_document(), git("rev-parse", "HEAD").strip()
    target = {**base, **({} if name == COMMITTED else read_experiment(name))}
    wanted = {f"{name}-seed-{seed}": seed for seed in range(1, count + 1)}
    for title, seed in wanted.items():
        chosen = {**target, "train": {**target["train"], "seed": seed}}
        check_document(chosen)
        if reference := experiments(head).get(title):
            require_same(title, reference, chosen)
            print(f"{title} has run on this commit.")
            continue
        if run_dvc("exp", "run", "--temp", "--name", title, *changes(base, chosen)):
            raise DenoisingError(f"{title} failed; its message is above. The seeds before it are kept.")
    known = experiments(head)
    missing = [title for title in wanted if title not in known]
    if missing:
        raise DenoisingError(f"DVC kept no experiment {', '.join(missing)}.")
    print("\n".join(table(name, [json.loads(git("show", f"{known[title]}:./{METRICS}")) for title in wanted])))


def name_and_count(arguments: Sequence[str]) -> tuple[str, int]:
    """Return the name of the setting and the number of seeds; raises `DenoisingError` for other arguments."""
    numbers = [one.removeprefix("N=") for one in arguments if one.startswith("N=")]
    names = [one for one in arguments if not one.startswith("N=")]
    text = (numbers or ["5"])[-1]
    if len(names) > 1 or not text.isascii() or not text.isdigit() or not 2 <= int(text) <= MOST:
        raise DenoisingError(f"Give one name, and N from 2 to {MOST:,}: make seeds NAME=fast N=5")
    return (names or [COMMITTED])[0], int(text)


def require_same(title: str, reference: str, parameters: Mapping[str, Any]) -> None:
    """Raise `DenoisingError` where the experiment of this name had other parameters."""
    if parse_document(git("show", f"{reference}:./{PARAMS}").encode(), name=title) != parameters:
        raise DenoisingError(f"There is an experiment {title} with other parameters. `dvc exp remove {title}` first.")


def table(name: str, measured: Sequence[Metrics]) -> Iterator[str]:
    """Yield the results over the seeds as a Markdown table."""
    yield ""
    yield f"{name}, {len(measured)} seeds of train. The interval is that of the mean over all seeds (Student)."
    yield ""
    yield f"| | mean | standard deviation | {LEVEL:.0%} interval | lowest | highest |"
    yield "|---|---|---|---|---|---|"
    for group in GROUPS:
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
