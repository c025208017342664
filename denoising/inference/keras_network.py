"""Loads a network from an .h5 file of Keras."""

from pathlib import Path

import numpy as np

from denoising.backend import tensorflow
from denoising.images import Images
from denoising.inference.network import Network
from denoising.inference.saved_model import load_denoiser, stride_of
from denoising.models.receptive_field import receptive_reach


def load_keras_network(path: Path, *, image_shape: tuple[int | None, ...] | None = None) -> Network:
    """Return the denoising network in an .h5 file: stock Keras layers; no code in the file is run.

    Raises:
        DamagedFileError: when the file is missing, damaged, contains no denoiser, or one for other images.
    """
    model = load_denoiser(path, image_shape=image_shape)
    shape = model.input_shape[1:]
    predict, stride = model.predict_on_batch, 1
    if None in shape:
        any_size = tensorflow.TensorSpec((None, None, None, shape[-1]), "float32")
        predict = tensorflow.function(model, input_signature=[any_size])  # one graph for all sizes
        stride = stride_of(model)

    def apply(noisy: Images) -> Images:
        return np.asarray(predict(noisy), np.float32)

    return Network(str(path), shape, stride, apply, model.count_params(), receptive_reach(model))
