"""Train a classifier on clean images, which later classifies denoised ones: writes models/classifier.h5.

It depends on neither noise nor denoiser, so it is trained once per data set.
"""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("classifier")

from collections.abc import Iterator

import numpy as np

from denoising.backend import keras
from denoising.backend.determinism import seed_everything, set_threads
from denoising.backend.schedules import cosine
from denoising.backend.train_function import Tensor, make_train_function
from denoising.batching import prefetch, shuffled_chunks
from denoising.classifier import build_classifier
from denoising.errors import DenoisingError
from denoising.images import Bytes, Images, as_float
from denoising.io.atomic import replacing
from denoising.io.progress import progress_bar
from denoising.io.ragged import image_batches
from denoising.io.splits import CleanSplit, open_clean_split
from denoising.io.tables import write_summary
from stages.parameters.classifier import ClassifierParameters
from stages.parameters.compute import ComputeParameters
from stages.paths import CLASSIFIER, CLASSIFIER_SUMMARY, PREPARED

WARMUP = 1 / 8  # of the steps
BATCH = 500  # validation images
NO_LABELS = "The images have no labels, so nothing is classified."


def main(parameters: ClassifierParameters, compute: ComputeParameters) -> None:
    set_threads(compute.threads)
    train, validation = (open_clean_split(PREPARED, name) for name in ("train", "validation"))
    if train.labels is None or validation.labels is None:
        write_reason(parameters)
        return
    if None in train.image_shape or train.image_shape != validation.image_shape:
        raise DenoisingError(
            "The classifier needs images of one size. Resize them, or set prepare.folder.labels to none."
        )
    classes = int(train.labels.max()) + 1
    if set(np.unique(train.labels).tolist()) != set(range(classes)) or int(validation.labels.max()) >= classes:
        raise DenoisingError("A class has no training image. Choose another prepare.seed, or add images.")
    seed_everything(parameters.seed)
    model = build_classifier(train.image_shape, classes=classes)
    steps = parameters.epochs * -(-len(train) // parameters.batch_size)
    rate = cosine(parameters.learning_rate, steps=steps, warmup_fraction=WARMUP)
    train_steps = make_train_function(model, keras.optimizers.Adam(rate), loss, batch_size=parameters.batch_size)
    with (
        replacing(CLASSIFIER, CLASSIFIER_SUMMARY) as (partial, summary),
        progress_bar("training the classifier", total=parameters.epochs * len(train)) as bar,
    ):
        for epoch in range(parameters.epochs):
            for images, labels in prefetch(chunks(train, parameters, epoch=epoch)):
                if not np.isfinite(train_steps(images, labels)):
                    raise DenoisingError("The loss of the classifier is not finite. Lower classifier.learning_rate.")
                bar.update(len(images))
        accuracy = measure_accuracy(model, validation)
        model.save(partial, include_optimizer=False)
        measured = {"validation_accuracy": accuracy, "parameter_count": model.count_params()}
        write_summary(summary, {**measured, "parameters": parameters.model_dump()})
    print(f"{CLASSIFIER}: {accuracy:.2%} of {len(validation):,} clean validation images classified correctly")


def write_reason(parameters: ClassifierParameters) -> None:
    """Write the reason why there is no model; DVC needs the files."""
    with replacing(CLASSIFIER, CLASSIFIER_SUMMARY) as (partial, summary):
        partial.write_text(f"{NO_LABELS}\n", encoding="utf-8")
        write_summary(summary, {"reason": NO_LABELS, "parameters": parameters.model_dump()})
    print(f"{CLASSIFIER}: {NO_LABELS}")


def chunks(train: CleanSplit, parameters: ClassifierParameters, *, epoch: int) -> Iterator[tuple[Images, Bytes]]:
    """Yield images and labels in the order of an epoch, a chunk of batches at a time."""
    labels = np.asarray(train.labels)
    for indices in shuffled_chunks(
        len(train),
        batch_size=parameters.batch_size,
        example_bytes=4 * train.clean[0].size,
        seed=parameters.seed,
        epoch=epoch,
    ):
        yield as_float(train.clean[indices]), labels[indices]


def loss(labels: Tensor, logits: Tensor) -> Tensor:
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def measure_accuracy(model: keras.Model, split: CleanSplit) -> float:
    """Return the fraction of the images that are classified correctly."""
    right = 0
    for part in image_batches(split.clean, size=BATCH):
        predicted = np.argmax(model.predict_on_batch(as_float(split.clean[part])), axis=-1)
        right += int(np.sum(predicted == split.labels[part]))
    return right / len(split)
