"""Score a saved denoiser on test images as the stage evaluate does, be it of this project or another.

    python -m benchmarks.score_model MODEL.h5 FOLDER RESULT.json [IMAGES]

FOLDER contains noisy/test.npy and clean/test.npy. They are denoised twice: the first time includes the start-up.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from denoising.images import as_float
from denoising.inference.denoiser import load
from denoising.io.arrays import open_array
from denoising.metrics import psnr, ssim

BATCH = 500


def main() -> None:
    model, folder, result, *count = sys.argv[1:]
    chosen = slice(int(count[0]) if count else None)
    noisy = open_array(Path(folder, "noisy/test.npy"))[chosen]
    clean = as_float(open_array(Path(folder, "clean/test.npy"))[chosen])
    denoise = load(model, batch_size=BATCH)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        denoised = denoise(noisy)
        seconds.append(time.perf_counter() - began)
    measured = {
        "psnr": float(np.mean(psnr(clean, denoised))),
        "ssim": float(np.mean(ssim(clean, denoised))),
        "predict": seconds[0],
        "predict_again": seconds[1],
    }
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
