"""Evaluates the denoiser from no noise to strong noise, beside the best filter and the closed form."""

from dataclasses import replace
from typing import Any

import numpy as np

from denoising.evaluation.expected_psnr import expected_noisy_psnr
from denoising.evaluation.renoised import RenoisedImages
from denoising.intervals import columns, mean_interval
from denoising.io.progress import progress_bar
from denoising.io.tables import Columns, columns_of
from denoising.noise.models import Noise


def evaluate_noise_sweep(
    images: RenoisedImages,
    filtered_images: RenoisedImages,
    filter_scores: Columns,
    *,
    prepared: Noise,
    resamples: int,
    seed: int,
) -> dict[str, list[Any]]:
    """Return a table with a row per noise factor: the denoiser and the best filter, with their intervals.

    `filter_scores` has a row per image and factor, of the images `filtered_images`, on which the margin is paired.
    """
    bootstrap = {"resamples": resamples, "seed": seed}
    rows, factors = [], np.unique(filter_scores["factor"]).tolist()
    with progress_bar("other noise factors", total=len(factors), unit="factors") as bar:
        for factor in factors:
            noise, selected = replace(prepared, factor=factor), filter_scores["factor"] == factor
            noisy, denoised = images.score(noise)
            _, paired = filtered_images.score(noise)
            row: dict[str, Any] = {"factor": factor, "images": len(images), "noisy_psnr": noisy["psnr"].mean()}
            row |= {"expected_noisy_psnr": expected_noisy_psnr(images.clean, noise), "noisy_ssim": noisy["ssim"].mean()}
            row |= {"filter": filter_scores["method"][selected][0], "filter_images": len(filtered_images)}
            for metric in ("psnr", "ssim"):
                of_filter = filter_scores[metric][selected]
                for name, values, groups in (
                    ("denoised", denoised[metric], images.groups),
                    ("gain", denoised[metric] - noisy[metric], images.groups),
                    ("filter", of_filter, filtered_images.groups),
                    ("margin", paired[metric] - of_filter, filtered_images.groups),
                ):
                    ends = mean_interval(values, groups=groups, **bootstrap)
                    row |= columns(f"{name}_{metric}", values.mean(), ends)
            rows.append(row)
            bar.update()
    return columns_of(rows)
