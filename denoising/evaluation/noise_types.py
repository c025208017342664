"""Evaluates the denoiser on types of noise that it was not trained on."""

from dataclasses import replace
from typing import Any

from scipy.optimize import brentq

from denoising.evaluation.expected_psnr import expected_noisy_psnr
from denoising.evaluation.renoised import RenoisedImages
from denoising.images import Stored
from denoising.intervals import columns, mean_interval
from denoising.io.progress import progress_bar
from denoising.io.tables import columns_of
from denoising.noise.models import NOISE_MODELS, Noise

MAX_OTHER_FACTOR = 1.0  # noise that leaves black alone never becomes as strong as Gaussian noise on dark images
MAX_FACTOR = 10.0  # the search for an equally strong factor ends there


def evaluate_noise_types(images: RenoisedImages, prepared: Noise, *, resamples: int, seed: int) -> dict[str, list[Any]]:
    """Return a table with a row per type of noise: the scores of the denoiser, and how far its PSNR and SSIM drop.

    Each type has the factor at which the noisy images have the PSNR of the prepared noise, or, where it is weaker than
    that, a factor of 1 (or the prepared one, if that is larger). The drop is measured against the prepared type of
    noise at the factor that leaves the same noisy PSNR, paired image by image.
    """
    target = expected_noisy_psnr(images.clean, prepared)
    max_factor = max(MAX_OTHER_FACTOR, prepared.factor)
    rows = []
    with progress_bar("other types of noise", total=len(NOISE_MODELS), unit="types") as bar:
        for kind in (prepared.kind, *(kind for kind in NOISE_MODELS if kind != prepared.kind)):
            is_prepared = kind == prepared.kind
            noise = (
                prepared
                if is_prepared
                else match_psnr(Noise(kind, max_factor, clip=prepared.clip), images.clean, psnr=target)
            )
            noisy, denoised = images.score(noise)
            in_distribution = denoised
            if not is_prepared:
                reached = expected_noisy_psnr(images.clean, noise)
                same = match_psnr(replace(prepared, factor=MAX_FACTOR), images.clean, psnr=reached)
                in_distribution = images.score(same)[1]
            row: dict[str, Any] = {"kind": kind, "factor": noise.factor, "images": len(images)}
            row |= {"noisy_psnr": noisy["psnr"].mean(), "noisy_ssim": noisy["ssim"].mean()}
            for metric in ("psnr", "ssim"):
                drop = in_distribution[metric] - denoised[metric]
                row |= {f"in_distribution_{metric}": in_distribution[metric].mean()}
                for name, values in {"denoised": denoised[metric], "drop": drop}.items():
                    ends = mean_interval(values, resamples=resamples, seed=seed, groups=images.groups)
                    row |= columns(f"{name}_{metric}", values.mean(), ends)
            rows.append(row)
            bar.update()
    return columns_of(rows)


def match_psnr(strongest: Noise, clean: Stored, *, psnr: float) -> Noise:
    """Return noise like `strongest` at the lower factor that gives this PSNR in decibels; itself if it is weaker."""
    if expected_noisy_psnr(clean, strongest) >= psnr:
        return strongest

    def excess(factor: float) -> float:
        return expected_noisy_psnr(clean, replace(strongest, factor=factor)) - psnr

    return replace(strongest, factor=float(brentq(excess, 0, strongest.factor)))
