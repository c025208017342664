"""Puts the denoiser before kinds of noise that it was not trained on."""

from typing import Any

from scipy.optimize import brentq

from stages.lib.evaluate.levels import Curve, Row, between
from stages.lib.images import Bytes
from stages.lib.noise.families import KINDS, Noise
from stages.lib.noise.moments import noisy_psnr
from stages.lib.progress import progress

STRONGEST = 1.0  # a factor; some kinds never become as strong as Gaussian noise: they leave black alone


def try_kinds(curve: Curve, prepared: Noise, *, resamples: int, seed: int) -> dict[str, list[Any]]:
    """Return a table with a row a kind of noise: how well the denoiser does, and how far it falls.

    Each kind is as strong as the prepared noise, by the PSNR of the noisy images, or as strong as it gets. `familiar`
    is what the denoiser reaches on its own kind of noise where that leaves the same noisy PSNR; the fall is the
    difference, paired.
    """
    target = noisy_psnr(curve.clean, prepared)
    rows = []
    with progress("other kinds of noise", total=len(KINDS), unit="kinds") as bar:
        for kind in (prepared.kind, *(kind for kind in KINDS if kind != prepared.kind)):
            own = kind == prepared.kind
            noise = prepared if own else as_strong(kind, curve.clean, psnr=target)
            same = prepared if own else as_strong(prepared.kind, curve.clean, psnr=noisy_psnr(curve.clean, noise))
            noisy, denoised = curve(noise)
            familiar = denoised if own else curve(same)[1]
            row: Row = {"kind": kind, "factor": noise.factor, "images": len(curve.chosen)}
            row |= {"noisy_psnr": noisy["psnr"].mean(), "noisy_ssim": noisy["ssim"].mean()}
            for metric in ("psnr", "ssim"):
                fall = familiar[metric] - denoised[metric]
                row |= between(f"denoised_{metric}", denoised[metric], resamples=resamples, seed=seed)
                row |= {f"familiar_{metric}": familiar[metric].mean()}
                row |= between(f"fall_{metric}", fall, resamples=resamples, seed=seed)
            rows.append(row)
            bar.update()
    return {name: [row[name] for row in rows] for name in rows[0]}


def as_strong(kind: str, clean: Bytes, *, psnr: float) -> Noise:
    """Return noise of this kind that leaves the clean images this PSNR in decibels, or its strongest."""
    if noisy_psnr(clean, Noise(kind, STRONGEST)) >= psnr:
        return Noise(kind, STRONGEST)
    return Noise(kind, float(brentq(lambda factor: noisy_psnr(clean, Noise(kind, factor)) - psnr, 0, STRONGEST)))
