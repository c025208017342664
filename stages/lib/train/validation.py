"""Measures the denoiser on the validation images, at the end of every epoch."""

from collections.abc import Callable

import numpy as np

from stages.lib.backend import keras, tensorflow
from stages.lib.dataset import Split
from stages.lib.loop import made_ahead
from stages.lib.train.losses import LOSSES, from_bytes, psnr, ssim

AT_ONCE = 2**21  # bytes of noisy images


def compile_validation(denoiser: keras.Model, validation: Split, *, loss: str) -> Callable[[], dict[str, float]]:
    """Return a function that measures the denoiser as it is then: the means of loss, PSNR (decibels) and SSIM."""

    @tensorflow.function(reduce_retracing=True)
    def measure(noisy: object, clean: object) -> object:
        clean, denoised = from_bytes(clean), denoiser(noisy, training=False)
        within = tensorflow.clip_by_value(denoised, 0, 1)  # as evaluate does
        return tensorflow.stack([LOSSES[loss](clean, denoised), psnr(clean, within), ssim(clean, within)])

    at_once = max(1, AT_ONCE // validation.noisy[0].nbytes)
    slices = [slice(first, first + at_once) for first in range(0, len(validation), at_once)]

    def validate() -> dict[str, float]:
        batches = ((validation.noisy[part], validation.clean[part]) for part in slices)
        values = np.concatenate([np.asarray(measure(*batch), np.float64) for batch in made_ahead(batches)], axis=1)
        return dict(zip(("loss", "psnr", "ssim"), values.mean(axis=1).tolist(), strict=True))

    return validate
