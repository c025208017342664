"""Describes the hardware that decides the bytes of a trained model: the same kind gives the same bytes."""

import os
import platform
from pathlib import Path

from denoising.backend import keras, tensorflow
from denoising.cores import usable_cores

# oneDNN chooses its convolutions by these; each choice sums in a different order.
INSTRUCTIONS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve")
SETTINGS = ("ONEDNN_MAX_CPU_ISA",)


def describe_hardware() -> str:
    """Return in one line what besides parameters decides the bytes of a trained model."""
    cpu = _cpu_facts()
    flags = cpu.get("flags", cpu.get("Features", "")).split()
    processor = " ".join(filter(None, (cpu.get(key) for key in ("model name", "cpu family", "model"))))
    threads = tensorflow.config.threading.get_intra_op_parallelism_threads() or usable_cores()
    gpus = tensorflow.config.list_physical_devices("GPU")
    parts = [
        f"{platform.system()} {platform.machine()}",
        processor or platform.processor(),
        " ".join(name for name in INSTRUCTIONS if name in flags),
        f"{threads} threads",
        f"{len(gpus)} GPUs",
        *(tensorflow.config.experimental.get_device_details(gpu).get("device_name", "") for gpu in gpus),
        f"TensorFlow {tensorflow.__version__}",
        f"Keras {keras.__version__}",
        *(f"{name}={os.environ[name]}" for name in SETTINGS if name in os.environ),
    ]
    return ", ".join(filter(None, parts))


def lacks_bfloat16() -> bool:
    """Say whether this is known to be a processor that would emulate bfloat16, many times slower."""
    flags = _cpu_facts().get("flags", "").split()
    return bool(flags) and not {"avx512_bf16", "amx_bf16"} & set(flags)


def _cpu_facts() -> dict[str, str]:
    """Return the entry of the first processor in /proc/cpuinfo; empty on other systems than Linux."""
    try:
        entry = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in entry.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}
