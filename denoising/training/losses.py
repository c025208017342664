"""The losses: of clean and denoised images (N, H, W, C) in [0, 1], one value per image, (N,)."""

from collections.abc import Callable
from typing import Any

from denoising.backend import keras, tensorflow
from denoising.backend.train_function import Tensor
from denoising.metrics import SSIM_WINDOW

SSIM_WEIGHT = 0.84  # of the mix, as in its paper


def binary_crossentropy(clean: Tensor, denoised: Tensor) -> Tensor:
    """Return the cross-entropy of pixels taken as probabilities; the reference is trained on it.

    Keras finds the sigmoid in the graph and uses its logits: a pixel has a gradient however wrong it is.
    """
    return _mean(keras.ops.binary_crossentropy(clean, denoised))


def mean_squared_error(clean: Tensor, denoised: Tensor) -> Tensor:
    return _mean(tensorflow.square(denoised - clean))


def mean_absolute_error(clean: Tensor, denoised: Tensor) -> Tensor:
    return _mean(tensorflow.abs(denoised - clean))


def ssim_mix(clean: Tensor, denoised: Tensor) -> Tensor:
    """Return 0.84 (1 - SSIM) + 0.16 mean absolute error.

    H. Zhao et al., Loss functions for image restoration with neural networks, IEEE Transactions on Computational
    Imaging 3 (2017), doi:10.1109/TCI.2016.2644865; at a single scale, since small images have no more.
    """
    return SSIM_WEIGHT * (1 - ssim(clean, denoised)) + (1 - SSIM_WEIGHT) * mean_absolute_error(clean, denoised)


def ssim(clean: Tensor, denoised: Tensor) -> Tensor:
    """Return the structural similarity with a uniform 7x7 window, as `metrics.ssim` does, but differentiable."""

    blur = _window_mean
    unbiased = SSIM_WINDOW**2 / (SSIM_WINDOW**2 - 1)
    mean_one, mean_two = blur(clean), blur(denoised)
    variances = unbiased * (blur(clean**2) - mean_one**2 + blur(denoised**2) - mean_two**2)
    covariance = unbiased * (blur(clean * denoised) - mean_one * mean_two)
    luminance, contrast = 0.01**2, 0.03**2
    similarity = (2 * mean_one * mean_two + luminance) * (2 * covariance + contrast)
    return _mean(similarity / ((mean_one**2 + mean_two**2 + luminance) * (variances + contrast)))


def _window_mean(images: Tensor) -> Tensor:
    """Return the mean of each 7x7 window, (N, H - 6, W - 6, C), as sums of shifted images.

    TensorFlow's average pooling takes twenty times as long on a processor.
    """
    shifts = [slice(first, first + 1 - SSIM_WINDOW or None) for first in range(SSIM_WINDOW)]
    rows = tensorflow.add_n([images[:, shift] for shift in shifts])
    return tensorflow.add_n([rows[:, :, shift] for shift in shifts]) / SSIM_WINDOW**2


def psnr(clean: Tensor, denoised: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio in decibels for data range 1, capped at 100, as `metrics.psnr` does."""
    error = tensorflow.maximum(mean_squared_error(clean, denoised), 1e-10)
    return -10 / tensorflow.math.log(10.0) * tensorflow.math.log(error)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return the Kullback-Leibler divergence of codes (N, h, w, c) from a standard normal one, summed, (N,)."""
    # A small difference of large numbers: bfloat16 would lose most of it.
    mean, log_variance = (tensorflow.cast(part, "float32") for part in (mean, log_variance))
    terms = 1 + log_variance - tensorflow.square(mean) - tensorflow.exp(log_variance)
    return -0.5 * tensorflow.reduce_sum(terms, axis=(1, 2, 3))


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary_crossentropy": binary_crossentropy,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "ssim_mix": ssim_mix,
}


def training_loss(name: str, *, kl_weight: float = 0.0) -> Callable[[Tensor, Any], Tensor]:
    """Return a function of clean images, as stored, and the outputs of a training model to one value per image.

    For a variational autoencoder, which also outputs its code, the weighted divergence is added, divided by the number
    of pixels. With binary cross-entropy and a weight of 1 the sum is the negative evidence lower bound per pixel.
    """

    def loss(clean: Tensor, outputs: Any) -> Tensor:
        denoised, *code = outputs if isinstance(outputs, list | tuple) else [outputs]
        values = LOSSES[name](from_stored(clean), denoised)
        if code:
            values += kl_weight * kl_divergence(*code) / tensorflow.cast(tensorflow.size(clean[0]), "float32")
        return values

    return loss


def from_stored(images: Tensor) -> Tensor:
    """Return stored images, uint8, uint16 or float32, as float32 in [0, 1]."""
    dtype = tensorflow.as_dtype(images.dtype)
    return images if dtype.is_floating else tensorflow.cast(images, "float32") / dtype.max


def _mean(values: Tensor) -> Tensor:
    return tensorflow.reduce_mean(values, axis=(1, 2, 3))
