"""Puts the denoiser before kinds of noise that it was not trained on."""

from typing import Any

from scipy.optimize import brentq

from stages.lib.evaluate.levels import Row, Trial
from stages.lib.images import Bytes
from stages.lib.intervals import between
from stages.lib.noise.families import KINDS, Noise
from stages.lib.noise.moments import noisy_psnr
from stages.lib.progress import progress
from stages.lib.tables import columns_of

STRONGEST = 1.0  # a factor; kinds that leave black alone never become as strong as Gaussian noise on dark images
MOST = 10.0  # what params.yaml allows


def try_kinds(trial: Trial, prepared: Noise, *, resamples: int, seed: int) -> dict[str, list[Any]]:
    """Return a table with a row a kind of noise: how well the denoiser does, and how far it falls.

    Each kind is as strong as the prepared noise, by the PSNR of the noisy images, or of factor 1 (or
    the prepared one, if that is larger) where that is weaker.
    `familiar` is what the denoiser reaches on its own kind of noise where that leaves the same noisy PSNR; the fall is
    the difference, paired.
    """
    target = noisy_psnr(trial.clean, prepared)
    rows = []
    with progress("other kinds of noise", total=len(KINDS), unit="kinds") as bar:
        for kind in (prepared.kind, *(kind for kind in KINDS if kind != prepared.kind)):
            own = kind == prepared.kind
            strongest = max(STRONGEST, prepared.factor)
            noise = prepared if own else as_strong(kind, trial.clean, psnr=target, strongest=strongest)
            reached = noisy_psnr(trial.clean, noise)
            same = prepared if own else as_strong(prepared.kind, trial.clean, psnr=reached, strongest=MOST)
            noisy, denoised = trial(noise)
            familiar = denoised if own else trial(same)[1]
            row: Row = {"kind": kind, "factor": noise.factor, "images": len(trial)}
            row |= {"noisy_psnr": noisy["psnr"].mean(), "noisy_ssim": noisy["ssim"].mean()}
            for metric in ("psnr", "ssim"):
                fall = familiar[metric] - denoised[metric]
                row |= between(f"denoised_{metric}", denoised[metric], resamples=resamples, seed=seed)
                row |= {f"familiar_{metric}": familiar[metric].mean()}
                row |= between(f"fall_{metric}", fall, resamples=resamples, seed=seed)
            rows.append(row)
            bar.update()
    return columns_of(rows)


def as_strong(kind: str, clean: Bytes, *, psnr: float, strongest: float) -> Noise:
    """Return noise of this kind that leaves the clean images this PSNR in decibels, or its strongest."""
    if noisy_psnr(clean, Noise(kind, strongest)) >= psnr:
        return Noise(kind, strongest)
    return Noise(kind, float(brentq(lambda factor: noisy_psnr(clean, Noise(kind, factor)) - psnr, 0, strongest)))
