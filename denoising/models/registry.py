"""Builds a network by name: the model that is saved and measured, and the training model that is fitted.

Both have layers of the same names. The saved model consists of stock Keras layers, so that its file loads without this
package. Every layer is named: Keras numbers unnamed layers by what else the process has built, and the bytes of the
file would depend on that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from denoising.backend import keras
from denoising.backend.upsampling import FusedUpsampleConv2D
from denoising.errors import DenoisingError
from denoising.models.cae import cae
from denoising.models.deep_cae import deep_cae
from denoising.models.dncnn import dncnn
from denoising.models.drunet import drunet
from denoising.models.size import ImageShape, ModelSize
from denoising.models.unet import unet
from denoising.models.vae import sampling_vae, vae

Architecture = Callable[[ImageShape, ModelSize], keras.Model]
ARCHITECTURES: dict[str, Architecture] = {
    "cae": cae,
    "deep_cae": deep_cae,
    "vae": vae,
    "unet": unet,
    "dncnn": dncnn,
    "drunet": drunet,
}
TRAINING_MODELS: dict[str, Architecture] = {
    **ARCHITECTURES,
    "cae": partial(cae, upsample=FusedUpsampleConv2D),
    "deep_cae": partial(deep_cae, upsample=FusedUpsampleConv2D),
    "vae": sampling_vae,
}


def build_model(architecture: str, image_shape: ImageShape, *, filters: int = 32, depth: int = 2) -> keras.Model:
    """Return an untrained denoiser in float32 for images (N, *image_shape), where `image_shape` is (H, W, C).

    `architecture` is one of cae, deep_cae, vae, unet, dncnn and drunet; `cae` has a size of its own. H and W may be
    None: the network then takes any multiple of 8.

    Raises:
        DenoisingError: when the architecture is unknown, or not possible for this shape or depth.

    >>> build_model("cae", (28, 28, 1)).count_params()
    12193
    """
    if architecture not in ARCHITECTURES:
        raise DenoisingError(f"Unknown architecture {architecture!r}. Choose one of {', '.join(ARCHITECTURES)}.")
    if len(image_shape) != 3 or any(side is not None and side < 1 for side in image_shape) or not image_shape[-1]:
        raise DenoisingError(f"Expected the shape (H, W, C) of an image, found {image_shape}.")
    if filters < 1 or depth < 1:
        raise DenoisingError(f"Expected at least one filter and a depth of at least 1, found {filters} and {depth}.")
    with _dtype_policy("float32"):
        return ARCHITECTURES[architecture](image_shape, ModelSize(filters, depth))


def build_training_model(
    architecture: str, image_shape: ImageShape, *, precision: str, filters: int = 32, depth: int = 2
) -> keras.Model:
    """Return the network that is fitted; it computes in `precision`, float32 or mixed_bfloat16."""
    with _dtype_policy(precision):
        return TRAINING_MODELS[architecture](image_shape, ModelSize(filters, depth))


def copy_weights(training_model: keras.Model, denoiser: keras.Model) -> None:
    """Copy to every layer of the denoiser the weights of the training model's layer of the same name."""
    for layer in filter(lambda layer: layer.weights, denoiser.layers):
        layer.set_weights(training_model.get_layer(layer.name).get_weights())


@contextmanager
def _dtype_policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
