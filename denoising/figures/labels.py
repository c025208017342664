"""The names of data sets, methods and types of noise in figures and report."""

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
    "noisy": "noisy, as it is",
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
