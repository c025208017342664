"""Loads a network from an ONNX file of this project, to be run without TensorFlow."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from denoising.errors import DamagedFileError
from denoising.images import Images
from denoising.inference.network import Network

MAX_BYTES = 2**29  # of a file; the largest networks for denoising have a quarter of it
MAX_REACH = 2**12  # pixels; tiles are at least four times as wide
NUMBER = re.compile("[1-9][0-9]{0,11}", re.ASCII)
FATAL = 4  # of onnxruntime's levels of messages


def load_onnx_network(path: Path, *, name: str | None = None, threads: int = 0) -> Network:
    """Return the denoising network in an ONNX file that this project exported; `threads`: 0 for all cores.

    It is read into memory first: no other file, to which it may point, is opened.

    Raises:
        DamagedFileError: when the file is missing, damaged, or was not exported by this project.
    """
    if not path.is_file():
        raise DamagedFileError(f"There is no file {path}.")
    if path.stat().st_size > MAX_BYTES:
        raise DamagedFileError(f"{path} has {path.stat().st_size:,} bytes, more than a network for denoising.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, FATAL
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises many types, none of which is public
        reason = str(error).split("\n")[0][:200]
        raise DamagedFileError(f"{path} cannot be loaded as an ONNX network: {reason}") from error
    card = dict(session.get_modelmeta().custom_metadata_map)
    shape, stride = _described(path, session, card)
    source, target = session.get_inputs()[0].name, session.get_outputs()[0].name

    def apply(noisy: Images) -> Images:
        try:
            (denoised,) = session.run([target], {source: np.ascontiguousarray(noisy, np.float32)})
        except Exception as error:
            raise DamagedFileError(f"{path} cannot be run: {str(error).splitlines()[0][:200]}") from error
        if denoised.shape != noisy.shape:
            raise DamagedFileError(f"{path} is not a denoiser: it maps images {noisy.shape} to {denoised.shape}.")
        return np.asarray(denoised, np.float32)

    return Network(name or str(path), shape, stride, apply, int(card["parameters"]), int(card["reach"]), card)


def _described(path: Path, session: Any, card: dict[str, str]) -> tuple[tuple[int | None, ...], int]:
    """Return the image shape and the stride of a network, which its file states."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    fits = len(inputs) == len(outputs) == 1 and all(
        one.type == "tensor(float)" and len(one.shape) == 4 and one.shape[-1] in (1, 3) for one in (*inputs, *outputs)
    )
    numbers = [card.get(name, "") for name in ("stride", "reach", "parameters")] + [card.get("largest_sigma", "1")]
    if not fits or inputs[0].shape[-1] != outputs[0].shape[-1] or not all(map(NUMBER.fullmatch, numbers)):
        raise DamagedFileError(
            f"{path} is not a denoiser that this project exported: make it by `python -m denoising export`."
        )
    stride = int(numbers[0])
    if not 1 <= stride <= 1024 or not math.log2(stride).is_integer():
        raise DamagedFileError(f"{path} states a stride of {stride}, which no network of this project has.")
    if int(card["reach"]) > MAX_REACH:
        raise DamagedFileError(f"{path} states a reach of {int(card['reach']):,} pixels, more than {MAX_REACH:,}.")
    height, width, channels = (size if isinstance(size, int) else None for size in inputs[0].shape[1:])
    return (height, width, channels), stride
