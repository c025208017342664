"""Measure how memory and time grow with the data: MNIST, copied and moved by a pixel, to 10 and 100 times its size.

    python -m benchmarks.scale [FACTOR ...]    # 1, 10 and 100 unless others are given; ten minutes, and 10 GB of disk

The images are written as prepare would write them, without noisy ones. `train` then learns for an epoch from as many of
them as MNIST has, chosen at random, with noise drawn in the epoch. DVC adds, checks and restores them. Needs MNIST.
"""

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.clones import clone, set_parameters
from benchmarks.formatting import describe_processor
from benchmarks.processes import run as run_and_measure
from benchmarks.recorder import Recorder, committed_code
from denoising.batching import batches
from denoising.datasets.sources import LabelledImages, load_source
from denoising.errors import DenoisingError
from denoising.io.arrays import create_array
from denoising.io.splits import DatasetInfo, write_dataset_info
from stages.paths import BENCHMARK_SCALE, PREPARED, TRAIN_LOG
from stages.run import run
from tools.commands import DVC, dvc

CODE = ("denoising", "stages", "params.yaml", "requirements.lock", "benchmarks/scale.py")
FACTORS = (1, 10, 100)
CHUNK = 50_000  # images in memory at a time
EPOCH = re.compile(r"^epoch +1/1 +([\d.]+) s", re.MULTILINE)
TRAIN = {"noise_sampling": "per_epoch", "noise_factor_range": "prepared", "epochs": 1}


@dataclass(frozen=True)
class Grown:
    """What was measured for a number of images: gigabytes on disk, seconds, and megabytes of memory.

    `milliseconds` are those of the epoch for a training image, validation included; `start` is what a training takes
    before and after it: TensorFlow's start, checksums of the data, and the first trace of the graph.
    """

    machine: str
    images: int
    gigabytes: float
    train_private: float
    train_peak: float
    milliseconds: float
    start: float
    add: float
    status: float
    checkout: float


def main() -> None:
    factors = [number_from(word) for word in sys.argv[1:]] or FACTORS
    code = committed_code(CODE)
    recorder = Recorder(BENCHMARK_SCALE.with_suffix(".json"), head={})
    splits = load_source(
        "mnist", validation_fraction=0.1, seed=1, digits_test_fraction=0.2, digits_augmented_copies=0
    ).splits
    for factor in factors:
        recorder.add(str(factor), partial(measure, factor=factor, splits=splits), number=1, code=code)
    BENCHMARK_SCALE.write_text(table(recorder), encoding="utf-8")
    print(BENCHMARK_SCALE.read_text(encoding="utf-8"))


def number_from(word: str) -> int:
    """Return the factor that was given; raises `DenoisingError` for anything else."""
    if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= 1000:
        raise DenoisingError(f"Give factors from 1 to 1000, not {word!r}: python -m benchmarks.scale 1 10")
    return int(word)


def measure(number: int, *, factor: int, splits: dict[str, LabelledImages]) -> Grown:
    """Write, add, check, restore and train on `factor` times the training images."""
    with tempfile.TemporaryDirectory(prefix="scale-", dir=Path.cwd().parent) as name:
        checkout = clone(Path(name) / "clone")
        set_parameters(checkout, {"train": {**TRAIN, "train_fraction": 1 / factor}}, of=checkout)
        prepared = checkout / PREPARED
        write(prepared, splits, factor=factor)
        size = sum(path.stat().st_size for path in prepared.rglob("*") if path.is_file())
        cost = run_and_measure([sys.executable, "-m", "stages.train"], folder=checkout)
        epoch = float(EPOCH.findall((checkout / TRAIN_LOG).read_text(encoding="utf-8"))[-1])
        images = len(splits["train"])
        seconds = dvc_seconds(prepared, Path(name) / "repository")
    return Grown(
        describe_processor(),
        factor * images,
        size / 1e9,
        cost.private or cost.peak,
        cost.peak,
        1000 * epoch / images,
        cost.seconds - epoch,
        **seconds,
    )


def write(folder: Path, splits: dict[str, LabelledImages], *, factor: int) -> None:
    """Write splits as prepare does without noisy images, with `factor` copies of the training images, each moved."""
    for kind in ("clean", "noisy"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name, split in splits.items():
        copies = factor if name == "train" else 1
        count = copies * len(split)
        clean = create_array(folder / f"clean/{name}.npy", (count, *split.images.shape[1:]), np.uint8)
        create_array(folder / f"clean/{name}_labels.npy", (count,), np.uint8)[:] = np.tile(split.labels, copies)
        for copy in range(copies):
            moved = ((copy + 4) // 3 % 3 - 1, (copy + 1) % 3 - 1)  # the first by nothing
            for part in batches(len(split), size=CHUNK):
                place = slice(copy * len(split) + part.start, copy * len(split) + part.stop)
                clean[place] = np.roll(split.images[part], moved, axis=(1, 2))
    write_dataset_info(
        folder,
        DatasetInfo(
            source="mnist",
            verified=False,
            noise_kind="gaussian",
            noise_factor=0.5,
            noise_clip=True,
            noise_seed=1,
            noise_stored=False,
        ),
    )


def dvc_seconds(data: Path, repository: Path) -> dict[str, float]:
    """Return how long DVC takes to add a folder to its cache, to check it, and to restore it."""
    repository.mkdir()
    dvc(repository, "init", "--quiet", "--no-scm").check_returncode()
    data.rename(repository / "data")
    seconds = {}
    for command in ("add data", "status", "checkout"):
        name = command.split()[0]
        if name == "checkout":
            shutil.rmtree(repository / "data")
        seconds[name] = run_and_measure([*DVC, *command.split(), "--quiet"], folder=repository).seconds
    return seconds


def table(recorder: Recorder) -> str:
    """Return what is recorded as a Markdown table."""
    rows = {
        "training images": "{images:,}",
        "on disk (GB)": "{gigabytes:.2f}",
        "train: private memory (MB)": "{train_private:,.0f}",
        "train: peak memory with mapped files (MB)": "{train_peak:,.0f}",
        "train: milliseconds an image in the epoch": "{milliseconds:.2f}",
        "train: seconds before and after the epoch": "{start:.1f}",
        "`dvc add` (s)": "{add:.1f}",
        "`dvc status`, nothing changed (s)": "{status:.1f}",
        "`dvc checkout` (s)": "{checkout:.1f}",
    }
    runs = {int(factor): of[-1] for factor, of in recorder.record["runs"].items()}
    factors = sorted(runs)
    machines = sorted({of["machine"] for of in runs.values()})
    lines = [f"`python -m benchmarks.scale`. {'; '.join(machines)}. One run each.", ""]
    lines += ["| | " + " | ".join(f"x {factor}" for factor in factors) + " |", "|---" * (len(factors) + 1) + "|"]
    lines += [
        f"| {title} | " + " | ".join(form.format(**runs[factor]) for factor in factors) + " |"
        for title, form in rows.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(main)
