"""Train the denoiser: writes models/denoiser.h5 and, epoch by epoch, reports/training/.

A checkpoint is saved after each epoch, so that an interrupted training resumes from there.
"""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("train")

import os
import time
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from denoising.backend import tensorflow
from denoising.backend.determinism import seed_everything, set_threads
from denoising.backend.distribution import choose_strategy
from denoising.backend.hardware import describe_hardware, lacks_bfloat16
from denoising.cluster.members import TF_CONFIG, read_cluster
from denoising.cluster.rendezvous import connected
from denoising.errors import DenoisingError
from denoising.io.atomic import replacing
from denoising.io.tables import write_summary, write_table
from denoising.metrics import MAX_PSNR
from denoising.models.macs import count_macs
from denoising.noise.prepared import open_split
from denoising.training.checkpoint import Checkpoint, EpochMetrics, parse_checkpoint, read_checkpoint, save_checkpoint
from denoising.training.history import best_epoch, finished
from denoising.training.identity import checkpoint_name, training_facts
from denoising.training.logger import TrainingLogger, open_live
from denoising.training.trainer import Trainer
from denoising.training.validation import noisy_psnr
from stages.parameters.compute import ComputeParameters
from stages.parameters.train import TrainParameters
from stages.paths import CHECKPOINTS, DENOISER, PREPARED, TRAIN_LOG, TRAIN_TIMES, TRAINING, TRAINING_SUMMARY
from stages.training_parts import make_loader, make_trainer, of_one_size, validation_images

WORKER_TIMEOUT = "DENOISING_WORKER_TIMEOUT"  # seconds to wait for them


def main(parameters: TrainParameters, compute: ComputeParameters) -> None:
    cluster = read_cluster(os.environ.pop(TF_CONFIG, ""))
    set_threads(compute.threads)
    seed_everything(parameters.seed)
    facts = training_facts(parameters.model_dump(), PREPARED)
    path = checkpoint_folder()
    if cluster.leads:
        facts = cache(facts)
        path /= checkpoint_name(facts(), describe_hardware(), workers=len(cluster))
    with connected(cluster, facts, partial(read_checkpoint, path), patience=seconds_to_wait()) as (workers, state):
        checkpoint = parse_checkpoint(state)
        began = time.monotonic() - checkpoint.seconds
        try:
            strategy = choose_strategy(cluster)
            train, validation = (open_split(PREPARED, name) for name in ("train", "validation"))
            loader = make_loader(parameters, train, cluster)
            measured = validation_images(parameters, validation)
            trainer = make_trainer(parameters, loader, measured, strategy, cluster)
            if checkpoint.history:
                trainer.state = checkpoint.state
            if cluster.leads:
                lead(parameters, trainer, checkpoint, path, began=began, images=(len(loader), len(validation)))
                say_if_it_learned_nothing(checkpoint, noisy_psnr(measured))
            else:
                follow(parameters, trainer, checkpoint.history)
        except tensorflow.errors.OpError as error:
            workers.explain(error)
        if not cluster.leads:
            workers.wait_for_end()
    if cluster.leads:
        path.unlink(missing_ok=True)


def lead(
    parameters: TrainParameters,
    trainer: Trainer,
    checkpoint: Checkpoint,
    path: Path,
    *,
    began: float,
    images: tuple[int, int],
) -> None:
    """Train, and write everything; `images` counts those for training and for validation."""
    denoiser, history = trainer.denoiser, checkpoint.history
    TRAIN_LOG.parent.mkdir(exist_ok=True)
    with (
        replacing(DENOISER, TRAINING_SUMMARY) as (model, summary),
        TRAIN_LOG.open("a" if history else "w", encoding="utf-8") as log,
        open_live(TRAINING) as live,
    ):
        logger = TrainingLogger(live=live, log=log, epochs=parameters.epochs, images=images[0])
        denoiser.summary(print_fn=partial(print, file=log), line_length=78)
        logger.note(
            f"{parameters.architecture} with {denoiser.count_params():,} parameters, {images[0]:,} training "
            f"{parameters.examples}, {images[1]:,} for validation; log file: {TRAIN_LOG}"
        )
        if parameters.precision == "mixed_bfloat16" and lacks_bfloat16():
            logger.note("This processor emulates bfloat16: with train.precision=float32 it is several times as fast.")
        if history:
            logger.note(f"Resuming after epoch {len(history)}, where the training was interrupted.")
            for epoch, measured in enumerate(history, start=1):
                logger.log_metrics(epoch, measured)
        while not finished(history, epochs=parameters.epochs, patience=parameters.patience):
            epoch = len(history) + 1
            with logger.on_epoch_begin(epoch) as bar:
                measured = trainer.train_epoch(epoch, bar.update)
            history.append(measured)
            best = best_epoch(history) == epoch
            logger.on_epoch_end(epoch, measured, best=best)
            checkpoint.seconds, checkpoint.state = time.monotonic() - began, trainer.state
            if best:
                checkpoint.best_weights = denoiser.get_weights()
            save_checkpoint(path, checkpoint)
        epoch = best_epoch(history)
        denoiser.set_weights(checkpoint.best_weights)
        denoiser.save(model, include_optimizer=False)
        saved = {name.partition("/")[2]: value for name, value in history[epoch - 1].items() if "validation" in name}
        size = {
            "parameter_count": denoiser.count_params(),
            "multiply_adds": count_macs(of_one_size(parameters, denoiser)),
        }
        described = {"epoch": epoch, "validation": saved, **size, "parameters": parameters.model_dump()}
        write_summary(summary, {**described, "machine": describe_hardware()})
    kibibytes = DENOISER.stat().st_size / 1024
    print(f"{DENOISER}: {denoiser.count_params():,} parameters, {kibibytes:.0f} KiB, from epoch {epoch}")
    TRAIN_TIMES.parent.mkdir(parents=True, exist_ok=True)
    write_table(TRAIN_TIMES, {"epochs": [len(history)], "seconds": [checkpoint.seconds]})


def say_if_it_learned_nothing(checkpoint: Checkpoint, before: float) -> None:
    """Say so where the denoised validation images are no better than the noisy ones, whose PSNR is `before`."""
    after = max(measured["validation/psnr"] for measured in checkpoint.history)
    if after <= before < MAX_PSNR:  # which images without noise have
        print(
            f"The validation PSNR is {after:.2f} dB, that of the noisy images {before:.2f} dB: the network has not "
            "learned to denoise. Try another loss or learning rate, or more epochs."
        )


def follow(parameters: TrainParameters, trainer: Trainer, history: list[EpochMetrics]) -> None:
    """Train as one of the workers that write nothing."""
    while not finished(history, epochs=parameters.epochs, patience=parameters.patience):
        history.append(trainer.train_epoch(len(history) + 1, lambda count: None))
        print(f"epoch {len(history):>3}/{parameters.epochs}", flush=True)


def seconds_to_wait() -> float:
    """Return for how long the other workers are waited for.

    Raises:
        DenoisingError: when the environment says something else than a number of seconds.
    """
    text = os.environ.get(WORKER_TIMEOUT, "600")
    with suppress(ValueError):
        if (seconds := float(text)) >= 0:
            return seconds
    raise DenoisingError(f"{WORKER_TIMEOUT} should be a number of seconds, not {text!r}.")


def checkpoint_folder() -> Path:
    """Return the folder of the checkpoints; that of the workspace too for an experiment in a temporary folder of it."""
    for folder in Path.cwd().parents:
        if folder.parts[-3:] == (".dvc", "tmp", "exps"):
            return folder.parents[2] / CHECKPOINTS
    return CHECKPOINTS
