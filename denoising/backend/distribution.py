"""Chooses how a training is distributed over devices."""

from denoising.backend import tensorflow


def choose_strategy() -> "tensorflow.distribute.Strategy":
    """Return a strategy over all GPUs where there are several, else the default one for a single device."""
    several = len(tensorflow.config.list_physical_devices("GPU")) > 1
    return tensorflow.distribute.MirroredStrategy() if several else tensorflow.distribute.get_strategy()
