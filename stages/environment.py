"""Removes from the environment of a stage what would change its results or break it, before any library reads it.

What only says where files or the network are stays: proxies, certificates, KERAS_HOME, the cache folders of libraries.
"""

import os
import sys
import warnings

from stages.paths import KERAS_SETTINGS

# The beginnings of names. Libraries read them when they are imported.
REMOVED = (
    "KERAS_",  # the backend: the pipeline is built on TensorFlow; limits of epochs and steps
    "TF_",  # oneDNN and threads, XLA, GPU kernels, legacy Keras; TF_CONFIG, which train alone reads
    "XLA_",
    "ONEDNN_",
    "DNNL_",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_",  # threads are set by compute.threads
    "OPENBLAS_",
    "MKL_",
    "NPY_",  # other instructions round differently
    "SCIPY_",  # SCIPY_ARRAY_API changes what functions accept
    "SKLEARN_",
    "MPLBACKEND",  # Jupyter exports one that other environments do not have
    "MATPLOTLIBRC",
    "TQDM_",
    "DVCLIVE_",
    "DVC_STUDIO_",  # nothing is sent anywhere
    "PYTHONWARNINGS",
)
KEPT = (
    "KERAS_HOME",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_GPU_THREAD_MODE",
)  # where files are, how a GPU is shared
CPU_ISA = "DENOISING_CPU_ISA"  # holds oneDNN to an instruction set, for benchmarks: SSE41, AVX, AVX2, AVX512_CORE ...


def clean_environment(stage: str) -> None:
    """Remove the variables in REMOVED, hide the user's keras.json, and let warnings be warnings."""
    kept = (*KEPT, "TF_CONFIG") if stage == "train" else KEPT
    for name in [name for name in os.environ if name.startswith(REMOVED) and name not in kept]:
        del os.environ[name]
    if os.environ.get(CPU_ISA):
        os.environ["ONEDNN_MAX_CPU_ISA"] = os.environ[CPU_ISA]
    if stage != "prepare":  # which does not import Keras, and looks for a copy of MNIST in the user's folder
        os.environ["KERAS_HOME"] = str(KERAS_SETTINGS.absolute())
    if sys.warnoptions:
        warnings.simplefilter("ignore")
