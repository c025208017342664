"""Fit the denoiser: writes models/denoiser.h5 and, epoch by epoch, reports/training/."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stages.lib import failure
from stages.lib.backend import keras, start_reproducibly
from stages.lib.batches import Batches, Pair
from stages.lib.dataset import Split, open_split
from stages.lib.files import replacing
from stages.lib.images import as_float
from stages.lib.machine import describe_machine
from stages.lib.parameters import read_section
from stages.lib.tables import write_summary
from stages.lib.train.architectures import ARCHITECTURES
from stages.lib.train.diary import Diary, open_live
from stages.lib.train.parameters import TrainParameters

MODEL = Path("models/denoiser.h5")
HISTORY = Path("reports/training")
LOG = Path("logs/train.log")


def main() -> None:
    parameters = read_section("train", TrainParameters)
    train, validation = open_split("train"), open_split("validation")
    start_reproducibly(parameters.seed)
    model = ARCHITECTURES[parameters.architecture](train.image_shape)
    model.compile(
        optimizer=keras.optimizers.Adam(parameters.learning_rate),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=["mse"],
    )
    LOG.parent.mkdir(exist_ok=True)
    with replacing(MODEL) as (partial,), LOG.open("w", encoding="utf-8") as log, open_live(HISTORY) as live:
        diary = Diary(live=live, log=log)
        model.summary(print_fn=diary.note, line_length=78)
        diary.note(f"{len(train):,} training and {len(validation):,} validation images; this log: {LOG}")
        model.fit(
            Batches(pairs_of(train), count=len(train), batch_size=parameters.batch_size, seed=parameters.seed),
            validation_data=Batches(pairs_of(validation), count=len(validation), batch_size=parameters.batch_size),
            epochs=parameters.epochs,
            shuffle=False,  # Batches does it, image by image
            verbose=0,
            callbacks=[diary],
        )
        model.save(partial, include_optimizer=False)
    write_summary(
        HISTORY / "provenance.json", {"machine": describe_machine(), "train": {"parameters": parameters.model_dump()}}
    )
    print(f"{MODEL}: {model.count_params():,} parameters, {MODEL.stat().st_size / 1024:.0f} KiB")


def pairs_of(split: Split) -> Callable[[NDArray[np.int64]], Pair]:
    """Return a function from indices to noisy images and their clean originals."""
    return lambda chosen: (split.noisy[chosen], as_float(split.clean[chosen]))


if __name__ == "__main__":
    failure.run_stage(main)
