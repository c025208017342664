"""Builds the network that is fitted, and its twin that is measured and saved.

Architectures are made of stock Keras layers, so that the saved file loads without this project. Every layer is named:
Keras numbers unnamed ones by what else the process has built, and the bytes of the file would depend on it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from stages.lib.backend import keras
from stages.lib.double import InOneLayer
from stages.lib.train.architectures.cae import cae
from stages.lib.train.architectures.deep_cae import deep_cae
from stages.lib.train.architectures.dncnn import dncnn
from stages.lib.train.architectures.size import Shape, Size
from stages.lib.train.architectures.unet import unet
from stages.lib.train.architectures.vae import sampling_vae, vae

Architecture = Callable[[Shape, Size], keras.Model]
ARCHITECTURES: dict[str, Architecture] = {
    "cae": cae,
    "deep_cae": deep_cae,
    "vae": vae,
    "unet": unet,
    "dncnn": dncnn,
}
TRAINEES: dict[str, Architecture] = {
    **ARCHITECTURES,
    "cae": partial(cae, double=InOneLayer),
    "deep_cae": partial(deep_cae, double=InOneLayer),
    "vae": sampling_vae,
}


def build_trainee(architecture: str, shape: Shape, size: Size, *, precision: str) -> keras.Model:
    """Return the network that is fitted, which computes in `precision`: float32 or mixed_bfloat16."""
    with _policy(precision):
        return TRAINEES[architecture](shape, size)


def build_denoiser(architecture: str, shape: Shape, size: Size) -> keras.Model:
    """Return the network that is measured and saved: always float32, and nothing in it is drawn by chance."""
    with _policy("float32"):
        return ARCHITECTURES[architecture](shape, size)


def copy_weights(trainee: keras.Model, denoiser: keras.Model) -> None:
    """Give every layer of the denoiser the weights of the trainee's layer of the same name."""
    for layer in filter(lambda layer: layer.weights, denoiser.layers):
        layer.set_weights(trainee.get_layer(layer.name).get_weights())


@contextmanager
def _policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
