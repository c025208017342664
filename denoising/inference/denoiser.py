"""Loads a saved denoiser, without the code that built it, and applies it to arrays."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path

import numpy as np

from denoising.batching import batches
from denoising.errors import DenoisingError
from denoising.images import Images, require_images
from denoising.inference.network import Network
from denoising.inference.networks import load_network
from denoising.inference.tiling import apply_in_tiles

MAX_VALUE = 64.0  # noise may leave [0, 1], but not that far: these are images from 0 to 255
MAX_VALUES = 2**20  # at a time, for images that are larger than digits
Denoise = Callable[[Images], Images]  # from noisy to denoised images (N, H, W, C), both in [0, 1]


class Denoiser:
    """A saved denoiser. Call it with noisy images to get denoised ones.

    `image_shape` is the (H, W, C) that it takes; None stands for any size. Large images are denoised in tiles.
    """

    def __init__(self, network: Network, *, batch_size: int) -> None:
        self.image_shape = network.image_shape
        self.parameter_count = network.parameter_count
        self._network, self._batch_size = network, batch_size

    def __call__(self, noisy: Images) -> Images:
        """Return denoised images (N, H, W, C), float32, clipped to [0, 1].

        Raises:
            DenoisingError: when `noisy` is not a stack of images of the right shape, or the output is not finite.
        """
        require_images(noisy)
        if not np.isfinite(noisy).all():
            raise DenoisingError("The noisy images contain NaN or infinite values. Replace them first.")
        if noisy.size and np.abs(noisy).max() > MAX_VALUE:
            raise DenoisingError(
                f"Expected images in [0, 1], found values up to {np.abs(noisy).max():g}. Divide 8-bit images by 255."
            )
        if not self._network.accepts(noisy.shape[1:]):
            raise DenoisingError(
                f"{self._network.name} takes images (N, H, W, C) of {self.image_shape}, found {noisy.shape}."
            )
        size = max(1, min(self._batch_size, MAX_VALUES // max(1, noisy[:1].size)))
        parts = [
            clipped(apply_in_tiles(self._network.apply, noisy[part], self._network.tiling()), name=self._network.name)
            for part in batches(len(noisy), size=size)
        ]
        return np.concatenate(parts) if parts else np.empty_like(noisy, np.float32)


def clipped(denoised: Images, *, name: str) -> Images:
    """Return the output of the network `name` clipped to [0, 1]; raises `DenoisingError` where it is not finite."""
    if not np.isfinite(denoised).all():
        raise DenoisingError(f"The output of {name} is not finite: its training diverged. Lower the learning rate.")
    return np.clip(denoised, 0, 1)


def load(
    path: str | PathLike[str], *, image_shape: tuple[int | None, ...] | None = None, batch_size: int = 500
) -> Denoiser:
    """Return the denoiser saved in an .h5 or an .onnx file; no code in the file is run.

    Where `image_shape` is given, the denoiser must take images (N, *image_shape). `batch_size` images are denoised at a
    time, which bounds the memory.

    Raises:
        DenoisingError: when the file is missing, damaged, contains no denoiser, or one for other images.

    >>> import pathlib, tempfile, numpy as np
    >>> from denoising import build_model, load
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "denoiser.h5")
    >>> build_model("cae", (28, 28, 1)).save(path)
    >>> denoised = load(path)(np.zeros((3, 28, 28, 1), np.float32))
    >>> denoised.shape, denoised.dtype
    ((3, 28, 28, 1), dtype('float32'))
    >>> folder.cleanup()
    """
    if batch_size < 1:
        raise DenoisingError(f"Expected a batch size of at least 1, found {batch_size}.")
    return Denoiser(load_network(Path(path), image_shape=image_shape), batch_size=batch_size)
