"""Measure a saved denoiser on test images, as the stage evaluate does: the same ruler for the project and for others.

    python -m benchmarks.ruler MODEL.h5 FOLDER RESULT.json [IMAGES]

FOLDER holds test_noisy.npy and test_clean.npy. It denoises them twice: the first time includes what is done once.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from stages.lib.dataset import open_array
from stages.lib.evaluate.denoiser import load_denoiser
from stages.lib.images import as_float
from stages.lib.quality import mse, psnr, ssim

BATCH = 500


def main() -> None:
    model, folder, result, *count = sys.argv[1:]
    chosen = slice(int(count[0]) if count else None)
    noisy = open_array(Path(folder, "test_noisy.npy"))[chosen]
    clean = as_float(open_array(Path(folder, "test_clean.npy"))[chosen])
    denoise = load_denoiser(Path(model), image_shape=noisy.shape[1:])
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        denoised = np.concatenate([denoise(noisy[first : first + BATCH]) for first in range(0, len(noisy), BATCH)])
        seconds.append(time.perf_counter() - began)
    measured = {
        "psnr": float(np.mean(psnr(mse(clean, denoised)))),
        "ssim": float(np.mean(ssim(clean, denoised))),
        "predict": seconds[0],
        "predict_again": seconds[1],
    }
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
