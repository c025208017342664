"""Export the denoiser that was trained to every format: writes models/denoiser.{onnx,savedmodel,tflite}.

This is `make export`. The stage `export` makes the ONNX file alone.
"""

from denoising.inference.export import export
from denoising.inference.networks import FORMATS
from denoising.io.splits import read_dataset_info
from denoising.io.tables import read_summary
from stages.export import facts
from stages.paths import DENOISER, EXPORTED, PREPARED, TRAINING_SUMMARY
from stages.run import run


def main() -> None:
    metadata = facts(read_dataset_info(PREPARED), read_summary(TRAINING_SUMMARY)["parameters"])
    for name, suffix in FORMATS.items():
        target = DENOISER.with_suffix(suffix)
        if target != EXPORTED:
            export(DENOISER, target, to=name, metadata=metadata)
        print(target)


if __name__ == "__main__":
    run(main)
