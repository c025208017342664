"""Makes computations repeatable: seeds, deterministic operations on GPUs, and the number of threads."""

from denoising.backend import keras, tensorflow
from denoising.cores import usable_cores


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, and make the operations of a GPU deterministic; those of a CPU are."""
    keras.utils.set_random_seed(seed)
    if tensorflow.config.list_physical_devices("GPU"):
        tensorflow.config.experimental.enable_op_determinism()


def set_threads(threads: int | str) -> None:
    """Compute with that many threads, or with one per usable core ("all"). Call it before anything is computed."""
    count = usable_cores() if threads == "all" else threads
    tensorflow.config.threading.set_intra_op_parallelism_threads(count)
    tensorflow.config.threading.set_inter_op_parallelism_threads(count)
