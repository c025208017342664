"""Compare this project with a plain notebook on MNIST, in alternating runs. This is `make bench`.

    python -m benchmarks.beside_notebook    # two hours; with QUICK=1 in the environment, five minutes; ROUNDS=5

`balanced` is left out on processors without instructions for bfloat16, where it takes several times as long.

Each training is a process of its own, in a clone of what is committed, and each round has its own seed (the notebook
sets none). Both models are scored by `score_model.py` on the same noisy test images. Every run is recorded as soon as
it ends: an interrupted benchmark goes on where it stopped, if code and machine are still the same.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import processes
from benchmarks.beside_notebook_tables import render
from benchmarks.formatting import describe_processor
from benchmarks.recorder import Recorder, committed_code
from benchmarks.runners import Run, Runners
from denoising.backend.hardware import lacks_bfloat16
from stages.paths import BENCHMARK_NOTEBOOK, PREPARED
from stages.run import run

QUICK = os.environ.get("QUICK", "") not in ("", "0")
ROUNDS = int(os.environ.get("ROUNDS", "1" if QUICK else "5"))
EPOCHS = 1 if QUICK else 10
SIZES = (6_000, 60_000) if QUICK else (6_000, 60_000, 240_000)
RECORD = Path("logs/bench-quick.json") if QUICK else BENCHMARK_NOTEBOOK.with_suffix(".json")
TABLES = RECORD.with_suffix(".md")
CODE = ("denoising", "stages", "experiments", "benchmarks/notebook.py", "requirements.lock")
UNTRAINED = "import denoising; denoising.build_model('cae', (28, 28, 1)).save({!r})"
FIRST_RESULT = "import keras, numpy; m = keras.models.load_model({!r}, compile=False); m.predict(numpy.load({!r})[:1])"


def main() -> None:
    head = {"machine": describe_processor(), "code": committed_code(CODE), "epochs": EPOCHS}
    recorder = Recorder(RECORD, head=head)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        runners = Runners(Path(name))
        measure_trainings(runners, recorder)
        measure_growth(runners, recorder)
    TABLES.write_text(render(recorder.record), encoding="utf-8")
    print(f"\n{TABLES.read_text(encoding='utf-8')}\n(written to {TABLES})")


def measure_trainings(runners: Runners, recorder: Recorder) -> None:
    """Record trainings, and the time from a command to its first result, in alternating rounds."""
    trainings: dict[str, Callable[[int], Run]] = {
        "notebook": lambda seed: runners.notebook(epochs=EPOCHS),
        "same_work": lambda seed: runners.same_work(epochs=EPOCHS, seed=seed),
        "fast": lambda seed: runners.experiment("fast", seed=seed),
        **(
            {"balanced": lambda seed: runners.experiment("balanced", seed=seed)}
            if not lacks_bfloat16() and not QUICK
            else {}
        ),
        "first_result_keras": lambda _: first_result(runners, keras_alone=True),
        "first_result": lambda _: first_result(runners, keras_alone=False),
    }
    for number in range(1, ROUNDS + 1):
        for name, train in trainings.items():
            recorder.add(name, train, number=number)


def first_result(runners: Runners, *, keras_alone: bool) -> Run:
    """Run a program that loads a denoiser, here an untrained one, and applies it to one image."""
    model, noisy = runners.folder / "untrained.h5", runners.split / PREPARED / "noisy/test.npy"
    if not model.exists():
        processes.run([sys.executable, "-c", UNTRAINED.format(str(model))], folder=runners.committed)
    if keras_alone:
        script = FIRST_RESULT.format(str(model), str(noisy))
        cost = processes.run([sys.executable, "-c", script], folder=runners.folder)
    else:
        _, cost = runners.score_model(model, "1")
    return Run(cost, cost.seconds, 0.0, {})


def measure_growth(runners: Runners, recorder: Recorder) -> None:
    """Record how time and memory of an epoch grow with the number of training images, one run each."""
    for count in SIZES:
        recorder.add(f"notebook_{count}", partial(one_epoch, runners.notebook, count), number=1)
        recorder.add(f"same_work_{count}", partial(one_epoch, runners.same_work, count), number=1)


def one_epoch(train: Callable[..., Run], count: int, number: int) -> Run:
    return train(epochs=1, count=count, measure=False)


if __name__ == "__main__":
    run(main)
