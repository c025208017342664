"""Image denoising: metrics, noise models, networks and saved denoisers.

Images are floating-point arrays in [0, 1], shaped (N, H, W, C). The names below are loaded on first use, so that
importing the package is instant and needs neither TensorFlow nor matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from denoising.version import __version__ as __version__

if TYPE_CHECKING:
    from denoising.errors import DenoisingError
    from denoising.inference.arrays import denoise
    from denoising.inference.denoiser import load
    from denoising.inference.export import export
    from denoising.metrics import mse, psnr, ssim
    from denoising.models.registry import build_model
    from denoising.noise.models import NOISE_MODELS, Noise, add_noise

_MODULES = {
    "DenoisingError": "errors",
    "NOISE_MODELS": "noise.models",
    "Noise": "noise.models",
    "add_noise": "noise.models",
    "build_model": "models.registry",
    "denoise": "inference.arrays",
    "export": "inference.export",
    "load": "inference.denoiser",
    "mse": "metrics",
    "psnr": "metrics",
    "ssim": "metrics",
}

__all__ = [
    "NOISE_MODELS",
    "DenoisingError",
    "Noise",
    "add_noise",
    "build_model",
    "denoise",
    "export",
    "load",
    "mse",
    "psnr",
    "ssim",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'denoising' has no attribute {name!r}; it has {', '.join(__all__)}")
    try:
        return getattr(import_module(f"denoising.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        raise ImportError(f"denoising.{name} needs {error.name}: pip install '.[pipeline]' in a clone.") from error


def __dir__() -> list[str]:
    return sorted(__all__)
