"""The names of data sets, methods and types of noise in figures and report, and intervals in words."""

from denoising.language.texts import label
from denoising.language.texts import translated as _

DATASET_LABELS = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "KMNIST",
    "digits": "the scikit-learn digits",
    "folder": "your images",
    "bsds500": "BSDS500",
    "photographs": "the scikit-image photographs",
}
METHOD_LABELS = {
    "denoiser": "this denoiser",
    "median": "median",
    "gaussian": "Gaussian",
    "non_local_means": "non-local means",
    "total_variation": "total variation",
    "wavelet": "wavelet",
    "bm3d": "BM3D",
    "mean_image": "mean training image",
    "black": "all black",
    "noisy": "noisy",
    "clean": "original",
}
NOISE_LABELS = {
    "gaussian": "Gaussian",
    "uniform": "uniform",
    "correlated": "correlated",
    "speckle": "speckle",
    "poisson": "Poisson",
    "salt_and_pepper": "salt and pepper",
    "recorded": "recorded",
}


def dataset_label(name: str) -> str:
    """Return the name of a data set in the language of the report."""
    return label("datasets", name, DATASET_LABELS[name])


def method_label(name: str) -> str:
    """Return the name of a method in the language of the report."""
    return label("methods", name, METHOD_LABELS[name])


def noise_label(name: str) -> str:
    """Return the name of a type of noise in the language of the report."""
    return label("noise", name, NOISE_LABELS[name])


def noise_text(kind: str, factor: float | None) -> str:
    """Return a type of noise with its factor, if it has one."""
    if factor is None:
        return _("{kind} noise").format(kind=noise_label(kind))
    return _("{kind} noise of factor {factor}").format(kind=noise_label(kind), factor=factor_text(factor))


def interval_text(low: float | None, high: float | None, form: str = ".2f") -> str:
    """Return the ends of an interval, such as "1.20 to 1.35"; empty where there is none."""
    missing = low is None or high is None or low != low
    return "" if missing else _("{low} to {high}").format(low=f"{low:{form}}", high=f"{high:{form}}")


def in_brackets(text: str) -> str:
    """Return a text in brackets with a space before it; empty where the text is."""
    return _(" ({text})").format(text=text) if text else ""


def is_missing(low: float | None, high: float | None) -> bool:
    """Say whether there is no interval: there are too few images for one."""
    return low is None or high is None or low != low


def factor_text(factor: float) -> str:
    """Return a noise factor as it is written: 0.5, or 25/255."""
    in_255 = round(255 * factor)
    is_decimal = abs(factor - round(factor, 2)) < 1e-6
    return f"{factor:g}" if is_decimal or abs(in_255 - 255 * factor) > 1e-3 else f"{in_255}/255"


def contains_zero(low: float | None, high: float | None) -> bool:
    """Say whether an interval does not tell a difference from 0; where there is none, it does not."""
    return low is None or high is None or not (low > 0 or high < 0)
