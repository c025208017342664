"""Fit the denoiser: writes models/denoiser.h5 and, epoch by epoch, reports/training/."""

from pathlib import Path

from stages.lib import failure
from stages.lib.backend import keras, tensorflow
from stages.lib.dataset import open_split
from stages.lib.files import replacing
from stages.lib.parameters import read_section
from stages.lib.tables import write_summary
from stages.lib.train.architectures import ARCHITECTURES
from stages.lib.train.batches import Batches
from stages.lib.train.diary import Diary, open_live
from stages.lib.train.machine import describe_machine
from stages.lib.train.parameters import TrainParameters

MODEL = Path("models/denoiser.h5")
HISTORY = Path("reports/training")
LOG = Path("logs/train.log")


def main() -> None:
    parameters = read_section("train", TrainParameters)
    train, validation = open_split("train"), open_split("validation")
    keras.utils.set_random_seed(parameters.seed)
    if tensorflow.config.list_physical_devices("GPU"):  # a CPU adds up in the same order anyway
        tensorflow.config.experimental.enable_op_determinism()
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
            Batches(train, batch_size=parameters.batch_size, seed=parameters.seed),
            validation_data=Batches(validation, batch_size=parameters.batch_size),
            epochs=parameters.epochs,
            shuffle=False,  # Batches does it, image by image
            verbose=0,
            callbacks=[diary],
        )
        model.save(partial, include_optimizer=False)
    write_summary(HISTORY / "machine.json", {"machine": describe_machine()})
    print(f"{MODEL}: {model.count_params():,} parameters, {MODEL.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    failure.run_stage(main)
