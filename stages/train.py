"""Fit the denoiser: writes models/denoiser.h5 and, epoch by epoch, reports/training/.

What is reached after each epoch is kept, so that a training that was interrupted goes on from there.
"""

import time
from pathlib import Path

from stages.lib import failure
from stages.lib.backend import choose_strategy, start_reproducibly, use_threads
from stages.lib.dataset import FOLDER, open_split, read_about
from stages.lib.failure import Mistake
from stages.lib.files import replacing
from stages.lib.machine import describe_machine
from stages.lib.noise.fresh import FreshNoise
from stages.lib.parameters import read_section
from stages.lib.tables import write_summary, write_table
from stages.lib.train.checkpoint import Epoch, Progress, fingerprint, load_progress, save_progress
from stages.lib.train.diary import Diary, open_live
from stages.lib.train.feed import Feed
from stages.lib.train.multiply_adds import multiply_adds
from stages.lib.train.parameters import TrainParameters
from stages.lib.train.training import Training

MODEL, HISTORY = Path("models/denoiser.h5"), Path("reports/training")
UNFINISHED = Path(".dvc/tmp/training")
LOG, TIMES = Path("logs/train.log"), Path("logs/times/train.csv")  # no results: they differ from run to run
DATA = ["about.json", *(f"{split}_{part}.npy" for split in ("train", "validation") for part in ("clean", "noisy"))]


def main() -> None:
    parameters = read_section("train", TrainParameters)
    refuse_likelihood(parameters)
    use_threads(parameters.threads)
    start_reproducibly(parameters.seed)
    train, validation = open_split("train"), open_split("validation")
    began = time.monotonic()
    identity = fingerprint(parameters.model_dump(), describe_machine(), (FOLDER / name for name in DATA))
    unfinished = UNFINISHED / f"{identity}.npz"
    progress = load_progress(unfinished) or Progress()
    began -= progress.seconds
    feed = Feed.of(train, share=parameters.share, fresh=fresh_noise(parameters), seed=parameters.seed)
    training = Training(parameters, feed, validation, strategy=choose_strategy())
    denoiser = training.denoiser
    LOG.parent.mkdir(exist_ok=True)
    with (
        replacing(MODEL, HISTORY / "provenance.json") as (model, provenance),
        LOG.open("a" if progress.history else "w", encoding="utf-8") as log,
        open_live(HISTORY) as live,
    ):
        diary = Diary(live=live, log=log, epochs=parameters.epochs, images=len(feed))
        denoiser.summary(print_fn=diary.note, line_length=78)
        diary.note(f"{len(feed):,} training and {len(validation):,} validation images; this log: {LOG}")
        if progress.history:
            training.state = progress.state
            diary.note(f"Going on after epoch {len(progress.history)}, where the training was interrupted.")
            for epoch, measured in enumerate(progress.history, start=1):
                diary.recall(epoch, measured)
        while not finished(progress.history, epochs=parameters.epochs, patience=parameters.patience):
            epoch = len(progress.history) + 1
            with diary.begin(epoch) as bar:
                measured = training.take_epoch(epoch, bar.update)
            progress.history.append(measured)
            best = best_epoch(progress.history) == epoch
            diary.end(epoch, measured, best=best)
            progress.seconds, progress.state = time.monotonic() - began, training.state
            if best:
                progress.best = denoiser.get_weights()
            save_progress(unfinished, progress)
        epoch = best_epoch(progress.history)
        denoiser.set_weights(progress.best)
        denoiser.save(model, include_optimizer=False)
        size = {"parameter_count": denoiser.count_params(), "multiply_adds": multiply_adds(denoiser)}
        diary.conclude(epoch, progress.history[epoch - 1], size=size)
        write_summary(provenance, {"machine": describe_machine(), "train": {"parameters": parameters.model_dump()}})
    print(f"{MODEL}: {denoiser.count_params():,} parameters, {MODEL.stat().st_size / 1024:.0f} KiB, of epoch {epoch}")
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(TIMES, {"epochs": [len(progress.history)], "seconds": [progress.seconds]})
    unfinished.unlink()


def refuse_likelihood(parameters: TrainParameters) -> None:
    """Raise Mistake where pixels that may lie outside [0, 1] are to be taken for probabilities."""
    if (parameters.architecture, parameters.loss) == ("dncnn", "binary_crossentropy"):
        raise Mistake("dncnn puts out no probabilities. Set train.loss to mean_squared_error, or to another error.")


def fresh_noise(parameters: TrainParameters) -> FreshNoise | None:
    """Return what draws the noise anew in every epoch; None where it stays as it was prepared."""
    if parameters.noise == "fixed":
        return None
    prepared = read_about()["noise"]
    low, high = [prepared["factor"]] * 2 if parameters.factors == "prepared" else parameters.factors
    return FreshNoise(prepared["kind"], (low, high), parameters.seed)


def best_epoch(history: list[Epoch]) -> int:
    """Return the epoch of the highest PSNR in validation, counted from 1, the first of equals."""
    return 1 + max(range(len(history)), key=lambda number: history[number]["validation/psnr"])


def finished(history: list[Epoch], *, epochs: int, patience: int) -> bool:
    """Say whether all epochs are done, or `patience` of them (if it is not 0) went by without a better one."""
    return len(history) >= epochs or bool(patience and history and len(history) - best_epoch(history) >= patience)


if __name__ == "__main__":
    failure.run_stage(main)
