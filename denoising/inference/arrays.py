"""Denoises an array of any common type and order of axes: one image, or a stack of them."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DenoisingError
from denoising.inference.networks import cached_network
from denoising.inference.shared_noise import network_for_image
from denoising.inference.stored_images import DenoisingOptions, denoise_stored

ROWS, COLUMNS, CHANNELS = "Y", "X", "C"
WHITES = {"uint8": 255.0, "uint16": 65535.0}


def denoise(
    array: NDArray[Any],
    *,
    model: str | PathLike[str] | None = None,
    sigma: float | None = None,
    axes: str | None = None,
    white: float | None = None,
    ensemble: bool = False,
) -> NDArray[Any]:
    """Return a denoised array of the same shape and type.

    `array` is uint8 or uint16, whose largest value is white, or floating point, black at 0 and white at 1. `white`
    overrides this, for example 4095 for a camera of 12 bits. `axes` has a letter for each axis: Y for rows, X for
    columns, C for channels (1 or 3, or a fourth that is kept as it is), and any others for stacks, whose images are
    denoised one by one, as in "TZYX". Without it, two axes are YX, and three are YXC where the last has 1, 3 or 4
    entries.

    `model` is the name of a network that comes with this package, or an .onnx or .h5 file; by default the one
    that suits the image, or the middle one of a stack. A network for grey images denoises each channel of colour images
    separately. `sigma` is the standard deviation of the noise, where white is 255, if it is known: no more noise than
    that is removed. `ensemble`: average over eight flips and rotations.

    Raises:
        DenoisingError: when the array has another type, range or axes, or the network is missing or does not
            fit the images.

    >>> import numpy as np
    >>> from denoising import denoise
    >>> noisy = np.random.default_rng(1).normal(0.5, 0.1, (64, 64)).clip(0, 1)
    >>> bool(denoise(noisy).std() < 0.02)
    True
    """
    if not isinstance(array, np.ndarray):
        raise DenoisingError(
            f"Expected an array, found {type(array).__name__}. For files there is the command denoise."
        )
    axes = axes or _usual_axes(array)
    _require_axes(array, axes)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    white = WHITES.get(str(array.dtype), 1.0) if white is None else white
    _require_range(array, white)
    if not array.size:
        return array.copy()
    order = [*(axis for axis in range(array.ndim) if axes[axis] not in "YXC"), axes.index(ROWS), axes.index(COLUMNS)]
    order += [axes.index(CHANNELS)] if CHANNELS in axes else []
    stack = array.transpose(order)
    images = stack.reshape(-1, *stack.shape[-3:]) if CHANNELS in axes else stack.reshape(-1, *stack.shape[-2:], 1)
    colours = images[..., :3] if images.shape[-1] == 4 else images
    stored = colours if array.dtype.kind == "u" else colours.astype(np.float32, copy=False)
    network = cached_network(Path(network_for_image(stored[len(stored) // 2]) if model is None else model))
    denoised = denoise_stored(stored, network, DenoisingOptions(sigma, ensemble), white=white)
    if images.shape[-1] == 4:
        denoised = np.concatenate([denoised, images[..., 3:]], axis=-1)
    return denoised.reshape(stack.shape).transpose(np.argsort(order)).astype(array.dtype, copy=False)


def _usual_axes(array: NDArray[Any]) -> str:
    if array.ndim == 2:
        return "YX"
    if array.ndim == 3 and array.shape[-1] in (1, 3, 4):
        return "YXC"
    raise DenoisingError(
        f"Say what the axes of an array of shape {array.shape} are, such as axes='ZYX', 'CYX' or 'ZYXC'."
    )


def _require_range(array: NDArray[Any], white: float) -> None:
    """Raise `DenoisingError` unless the values go from 0 to white; floating-point ones may leave that by as much."""
    if not (np.isfinite(white) and white > 0):
        raise DenoisingError(f"Expected a white above 0, found {white:g}.")
    slack = white if array.dtype.kind == "f" else 0.0
    if array.size and not (np.isfinite(array).all() and -slack <= array.min() and array.max() <= white + slack):
        if np.isnan(array).any():
            raise DenoisingError("The array contains NaN. Replace it first.")
        found = f"{array.min():g} to {array.max():g}"
        raise DenoisingError(
            f"Expected values from 0 to {white:g}, found {found}. Divide the array, or give its `white`."
        )


def _require_axes(array: NDArray[Any], axes: str) -> None:
    if array.dtype.newbyteorder("=") not in (np.uint8, np.uint16) and array.dtype.kind != "f":
        raise DenoisingError(f"Expected an array of uint8, uint16 or floating point, found {array.dtype}.")
    if len(axes) != array.ndim or len(set(axes)) != len(axes) or not {ROWS, COLUMNS} <= set(axes):
        raise DenoisingError(f"Expected a letter for each of {array.ndim} axes, Y and X among them, found {axes!r}.")
    if CHANNELS in axes and array.shape[axes.index(CHANNELS)] not in (1, 3, 4):
        count = array.shape[axes.index(CHANNELS)]
        raise DenoisingError(f"Expected 1, 3 or 4 channels, found {count}. Name the axis Z to denoise each by itself.")
