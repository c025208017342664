"""The tables of the committed results of MNIST, as Markdown."""

from pathlib import Path
from typing import Any

from denoising.errors import DenoisingError
from denoising.figures.labels import METHOD_LABELS, NOISE_LABELS
from denoising.io.tables import read_summary, read_table, table_rows
from stages.paths import BENCHMARK_METHODS, EVALUATION, SUMMARY
from tools.experiment import RESTORE
from tools.markdown import of_row, of_summary, table, with_std


class OtherResultsError(DenoisingError):
    """The results in reports/ are not those that the tables are about."""


def committed_summary() -> dict[str, Any]:
    """Return the summary of the evaluation; raises `OtherResultsError` where it is not that of MNIST."""
    summary = read_summary(SUMMARY)
    if summary["dataset"] != "mnist":
        raise OtherResultsError(
            f"{SUMMARY} is that of {summary['dataset']}. The tables are those of the committed results of MNIST: "
            f"`{RESTORE}` restores them."
        )
    return summary


def results() -> str:
    summary = committed_summary()
    rows = [
        [
            kind,
            of_summary(summary, kind, "mse", ".5f"),
            of_summary(summary, kind, "psnr", ".2f"),
            of_summary(summary, kind, "ssim", ".3f"),
            of_summary(summary, kind, "accuracy", ".1f", scale=100),
        ]
        for kind in ("noisy", "denoised")
    ]
    seeds = summary["seeds"]
    if seeds:
        forms = {"mse": (".5f", 1), "psnr": (".2f", 1), "ssim": (".3f", 1), "accuracy": (".1f", 100)}
        spread = [with_std(seeds[metric], form, scale=scale) for metric, (form, scale) in forms.items()]
        rows.append([f"denoised, over {seeds['count']} training seeds", *spread])
    return table(["", "MSE", "PSNR (dB)", "SSIM", "accuracy (%)"], rows)


def conventions() -> str:
    summary = committed_summary()
    rows = [
        [kind, f"{summary[kind]['psnr_of_mean_mse']:.2f}", f"{summary[kind]['ssim_gaussian_window']:.3f}"]
        for kind in ("noisy", "denoised")
    ]
    return table(["", "PSNR of the mean MSE (dB)", "SSIM, Gaussian window"], rows)


def changes() -> str:
    summary = committed_summary()
    best = METHOD_LABELS[summary["best_filter"]["method"]]
    draws = summary["range_over_noise_draws"]["denoised"]["psnr"]
    rows = [
        ["gain in PSNR per image (dB)", of_summary(summary, "gain", "psnr", ".2f")],
        ["denoised PSNR, range over noise realizations (dB)", f"{draws['min']:.2f} to {draws['max']:.2f}"],
        [f"margin over the best filter, {best} (dB)", of_summary(summary, "margin", "psnr", ".2f")],
        [
            "margin in accuracy over the best filter (percentage points)",
            of_summary(summary, "margin", "accuracy", ".1f", scale=100),
        ],
        ["accuracy of clean images (%)", of_summary(summary, "clean", "accuracy", ".1f", scale=100)],
        ["test images repaired; lost; flipped", "{repaired:,}; {lost:,}; {flipped:,}".format(**summary)],
    ]
    return table(["", "value (95% interval)"], rows)


def methods() -> str:
    committed_summary()
    return methods_of(EVALUATION / "methods.csv")


def methods_with_bm3d() -> str:
    return methods_of(BENCHMARK_METHODS, only=("denoiser", "bm3d"))


def methods_of(path: Path, *, only: tuple[str, ...] = ()) -> str:
    rows = []
    for of in table_rows(read_table(path)):
        method = str(of["method"])
        if only and method not in only:
            continue
        rows.append(
            [
                METHOD_LABELS[method],
                of_row(of, "psnr", ".2f"),
                of_row(of, "ssim", ".3f"),
                of_row(of, "mse", ".4f"),
                of_row(of, "accuracy", ".1f", scale=100),
                "" if method == "noisy" else f"{of['repaired']:.0f}, {of['flipped']:.0f}",
                "" if method == "denoiser" else of_row(of, "margin_psnr", ".2f"),
                "" if method == "denoiser" else of_row(of, "margin_accuracy", ".1f", scale=100),
            ]
        )
    head = ["method", "PSNR (dB)", "SSIM", "MSE", "accuracy (%)", "repaired, flipped", "margin (dB)"]
    return table([*head, "margin in accuracy (points)"], rows)


def noise_types() -> str:
    committed_summary()
    rows = [
        [
            NOISE_LABELS[str(of["kind"])],
            f"{of['factor']:.2f}",
            f"{of['noisy_psnr']:.2f}",
            of_row(of, "denoised_psnr", ".2f"),
            f"{of['in_distribution_psnr']:.2f}",
            of_row(of, "drop_psnr", ".2f"),
        ]
        for of in table_rows(read_table(EVALUATION / "noise_types.csv"))
    ]
    return table(["type of noise", "factor", "noisy (dB)", "denoised (dB)", "in distribution (dB)", "drop (dB)"], rows)


def noise_sweep() -> str:
    committed_summary()
    rows = [
        [
            f"{of['factor']:.1f}",
            f"{of['noisy_psnr']:.2f}",
            of_row(of, "denoised_psnr", ".2f"),
            of_row(of, "gain_psnr", ".2f"),
            METHOD_LABELS[str(of["filter"])],
            of_row(of, "margin_psnr", ".2f"),
        ]
        for of in table_rows(read_table(EVALUATION / "noise_sweep.csv"))
    ]
    return table(["noise factor", "noisy (dB)", "denoised (dB)", "gain (dB)", "best filter", "margin (dB)"], rows)
