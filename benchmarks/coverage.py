"""Measure how often the 95% intervals of a mean contain the true one, for samples of real per-image scores.

    python -m benchmarks.coverage [SAMPLES]    # a minute

Samples are drawn with replacement from reports/evaluation/images.csv, whose mean is then the true one.
"""

import sys

import numpy as np

from denoising.intervals import mean_interval
from denoising.io.tables import read_table
from stages.paths import EVALUATION

SIZES = (20, 50, 100, 300, 1000)


def main() -> None:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    images = read_table(EVALUATION / "images.csv")
    random = np.random.default_rng(1)
    print(f"| coverage of {samples:,} intervals | {' | '.join(f'{size} images' for size in SIZES)} |")
    print("|---" * (1 + len(SIZES)) + "|")
    for column in ("denoised_psnr", "denoised_ssim", "denoised_mse"):
        values = images[column]
        rates = []
        for size in SIZES:
            chosen = random.choice(values, (samples, size))
            found = [mean_interval(one, resamples=500, seed=number) for number, one in enumerate(chosen)]
            rates.append(np.mean([one["low"] <= values.mean() <= one["high"] for one in found]))
        print(f"| {column} | {' | '.join(f'{rate:.1%}' for rate in rates)} |")


if __name__ == "__main__":
    main()
