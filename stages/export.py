"""Export the denoiser to ONNX, which runs without TensorFlow: writes models/denoiser.onnx and reports/export.json."""

from stages.run import run_stage

if __name__ == "__main__":
    run_stage("export")

import time

import numpy as np

from denoising.inference.denoiser import load
from denoising.inference.export import export
from denoising.io.atomic import replacing
from denoising.io.baseline_results import evenly_spaced
from denoising.io.center_crops import MULTIPLE, SWEEP_SIZE, center_crops
from denoising.io.splits import DatasetInfo, read_dataset_info
from denoising.io.tables import read_summary, write_summary
from denoising.noise.prepared import RECORDED, open_split
from denoising.version import __version__
from stages.paths import DENOISER, EXPORT_SUMMARY, EXPORTED, PREPARED, TRAINING_SUMMARY

COMPARED_IMAGES = 100  # of the validation split; crops, where images differ in size


def main() -> None:
    metadata = facts(read_dataset_info(PREPARED), read_summary(TRAINING_SUMMARY)["parameters"])
    split = open_split(PREPARED, "validation")
    indices = evenly_spaced(len(split), count=COMPARED_IMAGES)
    denoise = load(DENOISER, image_shape=split.image_shape)
    multiple = MULTIPLE if None in denoise.image_shape else 1
    noisy = center_crops(split, indices, size=SWEEP_SIZE, multiple=multiple).noisy
    with replacing(EXPORTED, EXPORT_SUMMARY) as (onnx, summary):
        export(DENOISER, onnx, to="onnx", metadata=metadata)
        exported = load(onnx)
        difference = float(np.abs(exported(noisy) - denoise(noisy)).max())
        began = time.perf_counter()
        exported(noisy)
        milliseconds = (time.perf_counter() - began) * 1000 / len(noisy)
        size = onnx.stat().st_size
        write_summary(summary, {"bytes": size, "largest_difference": difference, "milliseconds": milliseconds})
    print(f"{EXPORTED}: {size / 1024:.0f} KiB, differs from {DENOISER} by up to {difference:.1g}")


def facts(prepared: DatasetInfo, trained: dict[str, object]) -> dict[str, str]:
    """Return what the file says of the denoiser."""
    noise = (
        "recorded" if prepared.noise_kind == RECORDED else f"{prepared.noise_kind}, factor {prepared.noise_factor:g}"
    )
    return {
        "name": f"{trained['architecture']} for {prepared.source}",
        "data": prepared.source,
        "noise": noise,
        "noise_sampling": str(trained["noise_sampling"]),
        "licence": "MIT for the network; that of its images is their makers'",
        "range": "0 to 1",
        "version": __version__,
    }
