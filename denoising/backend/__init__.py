"""Keras and TensorFlow, imported without their start-up messages, and what the project builds directly on them."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from denoising.errors import DenoisingError


@contextmanager
def _stderr_held_back() -> Iterator[None]:
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


# TensorFlow reads these when it is loaded: the one exception to the rule that nothing runs at import. Its errors are
# raised as exceptions; what it logs, even at level ERROR, is about fallbacks that it takes.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever else the user works with
with _stderr_held_back():
    import keras
    import tensorflow
if keras.config.backend() != "tensorflow":
    raise DenoisingError(
        f"Keras was imported with the backend {keras.config.backend()}, but denoising needs TensorFlow. Import "
        "denoising first, or set KERAS_BACKEND=tensorflow."
    )
# What the user's keras.json may say otherwise.
keras.config.set_floatx("float32")
keras.config.set_epsilon(1e-7)
keras.config.set_image_data_format("channels_last")

# Keras warns through absl at every save that .h5 is a legacy format. It is the format that users asked for.
logging.getLogger("absl").setLevel(logging.ERROR)

__all__ = ["keras", "tensorflow"]
