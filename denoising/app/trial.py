"""Adds noise to a picture, denoises it, and measures both: what the page shows."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from denoising.errors import DenoisingError, ImageFileError
from denoising.image_files.reader import read_image_file
from denoising.image_files.sizes import pixel_count
from denoising.images import Bytes, Images, as_bytes, as_float
from denoising.inference.networks import cached_network
from denoising.inference.shared_noise import network_for_image
from denoising.inference.stored_images import DenoisingOptions, denoise_stored
from denoising.metrics import SSIM_WINDOW, psnr, ssim
from denoising.noise.models import Noise, add_noise

MAX_PIXELS = 12_000_000  # of a picture, so that an answer takes seconds


@dataclass(frozen=True)
class Trial:
    """A picture before and after denoising, (H, W) or (H, W, 3), small ones enlarged, and the denoised one as it is.

    The scores of both, where the original is known, and the name of the network.
    """

    network: str
    before: Bytes
    after: Bytes
    denoised: Bytes
    scores: dict[str, tuple[float, float | None]] | None  # PSNR in decibels, and SSIM


def read_picture(path: Path) -> Images:
    """Return the first image of a file, (1, H, W, 1 or 3) in [0, 1].

    Raises:
        ImageFileError: when it cannot be read whole, or is too large for the page.
    """
    too_large = ImageFileError(
        f"This picture has more than {MAX_PIXELS / 1e6:.0f} megapixels. The command `denoise` takes it."
    )
    if pixel_count(path) > MAX_PIXELS:
        raise too_large
    try:
        image = next(read_image_file(path))
    except ImageFileError as error:
        raise ImageFileError(f"This file cannot be used: {str(error).removeprefix(f'{path}: ')}.") from error
    if image.pixels[..., 0].size > MAX_PIXELS:  # behind a small first page
        raise too_large
    pixels = image.pixels if image.white == 1 or image.pixels.dtype == np.uint8 else image.pixels / image.white
    return np.clip(as_float(pixels) if pixels.dtype == np.uint8 else pixels.astype(np.float32), 0, 1)[np.newaxis]


def try_network(clean: Images, name: str | None, *, sigma: float) -> Trial:
    """Return a picture with noise of a standard deviation `sigma` of 255 added, and what a network makes of it.

    `name` is a network, or a file; without it, the bundled one for the picture is taken.

    Raises:
        DenoisingError: when the network cannot be loaded, or takes pictures of another size.
    """
    if name and not cached_network(Path(name)).has_any_size:
        clean = resized(clean, cached_network(Path(name)).image_shape)
    noisy = add_noise(clean, Noise("gaussian", sigma / 255), seed=1) if sigma else clean
    noisy = as_float(as_bytes(noisy))  # as a file of it would be
    network = cached_network(Path(name or network_for_image(noisy[0])))
    denoised = denoise_stored(noisy, network, DenoisingOptions(), white=1.0)
    scores = {"noisy": measure(clean, noisy), "denoised": measure(clean, denoised)} if sigma else None
    return Trial(network.name, shown(noisy), shown(denoised), flat(as_bytes(denoised[0])), scores)


def measure(clean: Images, other: Images) -> tuple[float, float | None]:
    """Return PSNR and SSIM; no SSIM of a picture that is smaller than its window."""
    large = min(clean.shape[1:3]) >= SSIM_WINDOW
    return float(psnr(clean, other)[0]), float(ssim(clean, other)[0]) if large else None


def resized(image: Images, shape: tuple[int | None, ...]) -> Images:
    """Return a picture averaged to the size that a network of digits takes, as grey."""
    height, width, _ = shape
    if not height or not width:
        raise DenoisingError("Expected a network for images of any size, or of one fixed size.")
    grey = image.mean(axis=-1, keepdims=True)
    rows, columns = (
        np.linspace(0, length, part + 1).round().astype(int)
        for length, part in zip(grey.shape[1:3], (height, width), strict=True)
    )
    if min(np.diff(rows).min(), np.diff(columns).min()) < 1:
        raise DenoisingError(f"This network takes digits of {width} x {height} pixels; the picture is smaller.")
    summed = np.add.reduceat(np.add.reduceat(grey, rows[:-1], axis=1), columns[:-1], axis=2)
    counts = np.diff(rows)[:, np.newaxis] * np.diff(columns)
    return (summed / counts[..., np.newaxis]).astype(np.float32)


def shown(image: Images) -> Bytes:
    """Return a picture as bytes; small ones enlarged, so that their pixels can be seen."""
    pixels = as_bytes(image[0])
    times = max(1, 280 // max(pixels.shape[:2]))
    return flat(pixels.repeat(times, axis=0).repeat(times, axis=1))


def flat(pixels: Bytes) -> Bytes:
    """Return a grey picture (H, W, 1) as (H, W)."""
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
