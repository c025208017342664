"""The names of data sets, methods and types of noise in figures and report, and intervals in words."""

DATASET_LABELS = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "KMNIST",
    "digits": "the embedded digits",
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
}


def interval_text(low: float | None, high: float | None, form: str = ".2f") -> str:
    """Return the ends of an interval, such as "1.20 to 1.35"; empty where there is none."""
    return "" if low is None or high is None or low != low else f"{low:{form}} to {high:{form}}"


def in_brackets(text: str) -> str:
    """Return a text in brackets with a space before it; empty where the text is."""
    return f" ({text})" if text else ""


def contains_zero(low: float | None, high: float | None) -> bool:
    """Say whether an interval does not tell a difference from 0; where there is none, it does not."""
    return low is None or high is None or not (low > 0 or high < 0)
