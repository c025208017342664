"""Train a classifier on clean images, to ask later whether a denoised digit is still that digit: models/classifier.h5.

It sees neither noise nor denoiser, so it is trained once for a data set.
"""

from pathlib import Path

import numpy as np

from stages.lib import failure
from stages.lib.backend import keras, start_reproducibly
from stages.lib.batches import Batches
from stages.lib.classify.network import classifier
from stages.lib.classify.parameters import ClassifyParameters
from stages.lib.dataset import open_clean
from stages.lib.failure import Mistake
from stages.lib.files import replacing
from stages.lib.images import Bytes, as_float
from stages.lib.parameters import read_section
from stages.lib.progress import progress
from stages.lib.tables import write_summary

MODEL = Path("models/classifier.h5")
METRICS = Path("reports/classifier/metrics.json")


def main() -> None:
    parameters = read_section("classify", ClassifyParameters)
    images, labels = open_clean("train")
    validation, validation_labels = open_clean("validation")
    classes = int(labels.max()) + 1
    if int(validation_labels.max()) >= classes:
        raise Mistake("A class of the validation images has no training image. Choose another prepare.seed.")
    start_reproducibly(parameters.seed)
    steps = -(-len(images) // parameters.batch_size) * parameters.epochs
    model = classifier(images.shape[1:], classes=classes)
    model.compile(
        optimizer=keras.optimizers.Adam(one_cycle(parameters.learning_rate, steps=steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    with replacing(MODEL, METRICS) as (partial, metrics), progress("learning digits", total=steps, unit="steps") as bar:
        model.fit(
            batches(images, labels, batch_size=parameters.batch_size, seed=parameters.seed),
            epochs=parameters.epochs,
            shuffle=False,  # Batches does it, image by image
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())],
        )
        loss, accuracy = model.evaluate(batches(validation, validation_labels, batch_size=500), verbose=0)
        if not np.isfinite(loss):
            raise Mistake("The classifier's loss is no number any more. Lower classify.learning_rate.")
        model.save(partial, include_optimizer=False)
        found = {"validation_accuracy": accuracy, "parameter_count": model.count_params()}
        write_summary(metrics, {"classifier": {**found, "parameters": parameters.model_dump()}})
    print(f"{MODEL}: {accuracy:.2%} of {len(validation):,} clean validation images recognised")


def batches(images: Bytes, labels: Bytes, *, batch_size: int, seed: int | None = None) -> Batches:
    return Batches(
        lambda chosen: (as_float(images[chosen]), labels[chosen]), count=len(images), batch_size=batch_size, seed=seed
    )


def one_cycle(highest: float, *, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a learning rate that rises over an eighth of the steps and then falls to nothing along a cosine."""
    warmup = max(1, steps // 8)
    return keras.optimizers.schedules.CosineDecay(
        highest / 10, max(1, steps - warmup), alpha=0.0, warmup_target=highest, warmup_steps=warmup
    )


if __name__ == "__main__":
    failure.run_stage(main)
