"""Loads TensorFlow and Keras without their start-up chatter; the stages import both from here."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _silence() -> Iterator[None]:
    """Hold back what native code writes to standard error, and show it only if the block fails."""
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(original, held_back.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


# TensorFlow reads these when it is loaded: the one exception to the rule that nothing runs at import. What goes wrong
# in TensorFlow comes as an exception; what it logs besides, even as an error, is about what it does instead.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with _silence():
    import keras
    import tensorflow

# Absl reminds every saver that .h5 is an old format. It is the one that people asked for.
logging.getLogger("absl").setLevel(logging.ERROR)


def start_reproducibly(seed: int) -> None:
    """Make what follows depend on `seed` alone; a CPU adds up in the same order anyway, a GPU is told to."""
    keras.utils.set_random_seed(seed)
    if tensorflow.config.list_physical_devices("GPU"):
        tensorflow.config.experimental.enable_op_determinism()


def use_threads(threads: int | str) -> None:
    """Compute on that many threads, or on one a core ("all"). To be called before anything is computed."""
    if threads != "all":
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)


def choose_strategy() -> "tensorflow.distribute.Strategy":
    """Return how to spread a training: over all GPUs where there are several, else on the one device there is."""
    several = len(tensorflow.config.list_physical_devices("GPU")) > 1
    return tensorflow.distribute.MirroredStrategy() if several else tensorflow.distribute.get_strategy()


__all__ = ["choose_strategy", "keras", "start_reproducibly", "tensorflow", "use_threads"]
