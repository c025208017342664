"""Finds networks: those that come with this package by their names, others by their files."""

from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path

from denoising.errors import DamagedFileError, DenoisingError
from denoising.inference.network import Network

FORMATS = {"onnx": ".onnx", "savedmodel": ".savedmodel", "tflite": ".tflite"}  # suffixes of what is exported
FOLDER = "networks"  # of this package
SUFFIX = FORMATS["onnx"]
GRAY, COLOR = "natural-gray", "natural-color"


def bundled_networks() -> dict[str, Path]:
    """Return the files of the networks that come with this package, by name."""
    folder = Path(str(resources.files("denoising") / FOLDER))
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def network_for(channels: int) -> str:
    """Return the name of the network that denoises images of 1 or 3 channels, unless another is chosen."""
    return COLOR if channels == 3 and COLOR in bundled_networks() else GRAY


def cached_network(path: Path) -> Network:
    """Return `load_network(path)`, loaded once until the file changes."""
    return _cached(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _cached(path: Path, changed: int) -> Network:
    return load_network(path)


def load_network(path: Path, *, image_shape: tuple[int | None, ...] | None = None, threads: int = 0) -> Network:
    """Return the network of a bundled name, or in an .onnx or .h5 file; `threads`, of ONNX alone: 0 for all cores.

    Raises:
        DenoisingError: when there is no such name or file, it is damaged, or made for other images.
    """
    bundled = bundled_networks().get(str(path))
    if bundled is None and not path.exists() and not path.suffix:
        close = get_close_matches(str(path), bundled_networks(), n=1)
        hint = (
            f"did you mean {close[0]}?" if close else f"name a file, .onnx or .h5, or {', '.join(bundled_networks())}."
        )
        raise DenoisingError(f"There is no network {path}; {hint}")
    if bundled is None and path.suffix != SUFFIX:
        return _load_keras(path, image_shape)
    from denoising.inference.onnx_network import load_onnx_network  # onnxruntime takes a fifth of a second

    network = load_onnx_network(bundled or path, name=str(path), threads=threads)
    if image_shape and not network.accepts(tuple(size or 0 for size in image_shape)):
        raise DamagedFileError(f"{path} takes images of shape {network.image_shape}, the data has {image_shape}.")
    return network


def _load_keras(path: Path, image_shape: tuple[int | None, ...] | None) -> Network:
    if not path.exists():
        raise DamagedFileError(f"There is no file {path}.")
    try:
        from denoising.inference.keras_network import load_keras_network
    except ModuleNotFoundError as error:
        raise DenoisingError(
            f"{path} needs {error.name}, which is not installed: pip install '.[pipeline]', or export it to ONNX."
        ) from error
    return load_keras_network(path, image_shape=image_shape)
