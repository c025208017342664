"""Train a classifier on clean images, to ask later whether a denoised digit is still that digit: models/classifier.h5.

It sees neither noise nor denoiser, so it is trained once for a data set.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.lib import failure
from stages.lib.backend import keras, start_reproducibly
from stages.lib.classify.network import classifier
from stages.lib.classify.parameters import ClassifyParameters
from stages.lib.dataset import open_clean
from stages.lib.failure import Mistake
from stages.lib.files import replacing
from stages.lib.images import Bytes, Images, as_float
from stages.lib.loop import Tensor, compile_steps, made_ahead, stretches
from stages.lib.parameters import read_section
from stages.lib.progress import progress
from stages.lib.schedules import cosine
from stages.lib.tables import write_summary

MODEL = Path("models/classifier.h5")
METRICS = Path("reports/classifier/metrics.json")
WARMUP = 1 / 8  # of the steps
AT_ONCE = 500  # validation images


def main() -> None:
    parameters = read_section("classify", ClassifyParameters)
    images, labels = open_clean("train")
    validation, validation_labels = open_clean("validation")
    classes = int(labels.max()) + 1
    if int(validation_labels.max()) >= classes:
        raise Mistake("A class of the validation images has no training image. Choose another prepare.seed.")
    start_reproducibly(parameters.seed)
    model = classifier(images.shape[1:], classes=classes)
    steps = parameters.epochs * -(-len(images) // parameters.batch_size)
    rate = cosine(parameters.learning_rate, steps=steps, warmup=WARMUP)
    take_steps = compile_steps(model, keras.optimizers.Adam(rate), loss, batch_size=parameters.batch_size)
    with (
        replacing(MODEL, METRICS) as (partial, metrics),
        progress("learning digits", total=parameters.epochs * len(images)) as bar,
    ):
        for epoch in range(parameters.epochs):
            for batches, shown in made_ahead(shuffled(images, labels, parameters, epoch=epoch)):
                if not np.isfinite(take_steps(batches, shown)):
                    raise Mistake("The classifier's loss is no number any more. Lower classify.learning_rate.")
                bar.update(len(batches))
        accuracy = share_recognised(model, validation, validation_labels)
        model.save(partial, include_optimizer=False)
        found = {"validation_accuracy": accuracy, "parameter_count": model.count_params()}
        write_summary(metrics, {"classifier": {**found, "parameters": parameters.model_dump()}})
    print(f"{MODEL}: {accuracy:.2%} of {len(validation):,} clean validation images recognised")


def shuffled(
    images: Bytes, labels: Bytes, parameters: ClassifyParameters, *, epoch: int
) -> Iterator[tuple[Images, Bytes]]:
    """Yield images and their classes in the order of an epoch, some batches at a time."""
    for indices in stretches(
        len(images),
        batch_size=parameters.batch_size,
        example_bytes=4 * images[0].nbytes,
        seed=parameters.seed,
        epoch=epoch,
    ):
        yield as_float(images[indices]), labels[indices]


def loss(labels: Tensor, logits: Tensor) -> Tensor:
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def share_recognised(model: keras.Model, images: Bytes, labels: Bytes) -> float:
    parts = [slice(first, first + AT_ONCE) for first in range(0, len(images), AT_ONCE)]
    seen = [np.argmax(model.predict_on_batch(as_float(images[part])), axis=-1) for part in parts]
    return float(np.mean(np.concatenate(seen) == labels))


if __name__ == "__main__":
    failure.run_stage(main)
