"""Measures the denoiser on the validation images at the end of every epoch."""

from collections.abc import Callable

import numpy as np

from denoising.backend import keras, tensorflow
from denoising.backend.distribution import Sums
from denoising.backend.train_function import any_length
from denoising.batching import batches, prefetch
from denoising.cluster.members import ALONE, Cluster
from denoising.images import as_float
from denoising.io.splits import Split
from denoising.metrics import psnr as per_image_psnr
from denoising.training.losses import LOSSES, from_stored, psnr, ssim

BATCH_BYTES = 2**21  # of noisy images


def noisy_psnr(validation: Split) -> float:
    """Return the mean PSNR of the noisy images in decibels, which a denoiser should exceed."""
    size = max(1, BATCH_BYTES // (4 * validation.clean[0].size))
    pairs = ((validation.clean[part], validation.noisy[part]) for part in batches(len(validation), size=size))
    values = [per_image_psnr(as_float(clean), np.clip(as_float(noisy), 0, 1)) for clean, noisy in pairs]
    return float(np.concatenate(values).mean())


def make_validation_function(
    denoiser: keras.Model,
    validation: Split,
    *,
    loss: str,
    cluster: Cluster = ALONE,
    sums: Sums = lambda own: own,
) -> Callable[[], dict[str, float]]:
    """Return a function that measures the denoiser as it is then: mean loss, PSNR (decibels) and SSIM.

    Of several workers each measures its share; `sums` gives their sums.
    """

    @tensorflow.function(input_signature=any_length(validation.noisy[:1], validation.clean[:1]), autograph=False)
    def measure(noisy: object, clean: object) -> object:
        clean, denoised = from_stored(clean), denoiser(noisy, training=False)
        clipped = tensorflow.clip_by_value(denoised, 0, 1)  # as evaluate does
        return tensorflow.stack([LOSSES[loss](clean, denoised), psnr(clean, clipped), ssim(clean, clipped)])

    size = max(1, BATCH_BYTES // (4 * validation.clean[0].size))
    first, step = cluster.worker, len(cluster)
    own = len(range(first, len(validation), step))

    def validate() -> dict[str, float]:
        parts = (slice(first + of.start * step, first + of.stop * step, step) for of in batches(own, size=size))
        pairs = ((validation.noisy[part], validation.clean[part]) for part in parts)
        measured = [np.asarray(measure(*pair), np.float64) for pair in prefetch(pairs)]
        values = np.concatenate([np.zeros((3, 0)), *measured], axis=1)  # more workers than images have no share
        means = sums(values.sum(axis=1)) / len(validation)
        return dict(zip(("loss", "psnr", "ssim"), means.tolist(), strict=True))

    return validate
