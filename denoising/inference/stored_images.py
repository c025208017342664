"""Denoises images as they are stored, of 8 or 16 bits or floating point, grey or in colour."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from denoising.batching import batches
from denoising.errors import DenoisingError
from denoising.images import Images, Stored
from denoising.inference.denoiser import MAX_VALUES, clipped
from denoising.inference.network import Network
from denoising.inference.tiling import TILE, Tiling, apply_in_tiles

LARGEST_SIGMA = 55.0  # of 255, that a network has seen, unless its file states another
BLENDED_ROWS = 256


@dataclass(frozen=True)
class DenoisingOptions:
    """How images are denoised.

    `sigma` is the standard deviation of the noise where it is known, in units of 1/255 of white: no more than that is
    removed, and noise that is stronger than a network has seen is scaled to what it has. `ensemble`: the mean of eight
    orientations. `tile` and `overlap` are pixels; without an overlap, the network says what it needs.
    """

    sigma: float | None = None
    ensemble: bool = False
    tile: int = TILE
    overlap: int | None = None

    def __post_init__(self) -> None:
        if self.sigma is not None and not 0 <= self.sigma <= 255:
            raise DenoisingError(f"Expected a sigma from 0 to 255, found {self.sigma:g}.")
        Tiling(1, self.tile, self.overlap or 0)  # whatever the network, no other tiles are accepted


def denoise_stored(
    images: Stored,
    network: Network,
    options: DenoisingOptions,
    *,
    white: float,
    out: Stored | None = None,
    on_pixels: Callable[[int], object] = lambda count: None,
) -> Stored:
    """Return denoised images (N, H, W, 1 or 3) of the type that they have, uint8, uint16 or float32.

    `white` is the value of a white pixel. A network for grey images is applied to each channel; one for colour takes a
    grey image as a colour one. The result is written into `out` where it is given.

    Raises:
        DenoisingError: when the network takes images of another size, or its output is not finite.
    """
    require_size(network, images.shape[1:3])
    result = np.empty_like(images) if out is None else out
    at_once = 1 if options.sigma is not None else max(1, MAX_VALUES // max(1, images[:1].size))
    for part in batches(len(images), size=at_once):
        denoise = _TileDenoiser(network, options, white)
        tiling = network.tiling(options.tile, options.overlap)
        apply_in_tiles(denoise, images[part], tiling, out=result[part], on_pixels=on_pixels)
        if denoise.kept() < 1:
            _blend(images[part][0], result[part][0], denoise.kept())
    return result


def _blend(noisy: Stored, denoised: Stored, kept: float) -> None:
    """Leave of the difference of two images (H, W, C) a part, 0 to 1, in the second one."""
    for rows in batches(len(noisy), size=BLENDED_ROWS):
        before = noisy[rows].astype(np.float32)
        denoised[rows] = _rounded(before + kept * (denoised[rows] - before), noisy.dtype)


def require_size(network: Network, size: tuple[int, ...]) -> None:
    """Raise `DenoisingError` unless a network takes images of a size (H, W)."""
    if not network.has_any_size and network.image_shape[:2] != size:
        height, width = network.image_shape[:2]
        raise DenoisingError(
            f"{network.name} takes images of {width} x {height} pixels; this one has {size[1]} x {size[0]}."
        )


class _TileDenoiser:
    """What is done with each tile; remembers how much it has removed."""

    def __init__(self, network: Network, options: DenoisingOptions, white: float) -> None:
        self._network, self._options, self._white = network, options, white
        self._squares = self._count = 0.0
        largest = float(network.card.get("largest_sigma", LARGEST_SIGMA))
        self._contrast = min(1.0, largest / options.sigma) if options.sigma else 1.0

    def __call__(self, stored: Stored) -> Stored:
        """Return denoised images (N, H, W, C) of the type of `stored`."""
        noisy = stored.astype(np.float32) / np.float32(self._white)
        reduced = noisy if self._contrast == 1 else (noisy - 0.5) * np.float32(self._contrast) + 0.5
        denoised = self._in_channels(reduced)
        if self._contrast < 1:
            denoised = (denoised - 0.5) / np.float32(self._contrast) + 0.5
        denoised = clipped(denoised, name=self._network.name)
        if self._options.sigma is not None:
            self._squares += float(np.square(noisy - denoised, dtype=np.float64).sum())
            self._count += noisy.size
        return _rounded(denoised * np.float32(self._white), stored.dtype)

    def kept(self) -> float:
        """Return the part of what was removed that sigma allows, 0 to 1."""
        if self._options.sigma is None or not self._squares:
            return 1.0
        return min(1.0, self._options.sigma / 255 / float(np.sqrt(self._squares / self._count)))

    def _in_channels(self, noisy: Images) -> Images:
        channels, wanted = noisy.shape[-1], self._network.image_shape[-1]
        if channels == wanted:
            return self._in_orientations(noisy)
        if wanted == 1:
            return np.concatenate(
                [self._in_orientations(noisy[..., [channel]]) for channel in range(channels)], axis=-1
            )
        grey: Images = self._in_orientations(np.repeat(noisy, 3, axis=-1)).mean(axis=-1, keepdims=True)
        return grey

    def _in_orientations(self, noisy: Images) -> Images:
        if not self._options.ensemble:
            return self._network.apply(noisy)
        total: Images = np.zeros_like(noisy)
        for turns in range(4):
            for flip in (1, -1):
                turned = np.rot90(noisy, turns, axes=(1, 2))[:, ::flip]
                total += np.rot90(self._network.apply(turned)[:, ::flip], -turns, axes=(1, 2))
        return total / np.float32(8)


def _rounded(values: Images, dtype: np.dtype) -> Stored:
    return values if dtype == np.float32 else np.rint(values).astype(dtype)
