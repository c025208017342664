"""The tables of README.md and docs/, as Markdown, from the recorded results."""

from collections.abc import Callable, Iterable
from typing import Any

from denoising.figures.labels import METHOD_LABELS, NOISE_LABELS
from denoising.io.tables import read_summary, read_table, rows_of
from stages.paths import BENCHMARK_ARCHITECTURES, BENCHMARK_NOTEBOOK, EVALUATION, METRICS


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    first, *others = (f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in (list(head), *rows))
    columns = first.count("|") - 1
    return "\n".join([first, "|---" * columns + "|", *others])


def flat_ends(intervals: dict[str, Any]) -> dict[str, float]:
    """Return the ends of intervals under the names that they have in the tables of reports/evaluation/."""
    return {f"{name}_{end}": ends[end] for name, ends in intervals.items() for end in ("low", "high")}


def with_interval(of: dict[str, Any], name: str, form: str, *, scale: float = 1) -> str:
    value, low, high = (scale * of[f"{name}{end}"] for end in ("", "_low", "_high"))
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


def results() -> str:
    metrics = read_summary(METRICS)
    rows = []
    for kind in ("noisy", "denoised"):
        of = metrics[kind] | flat_ends(metrics["interval"][kind])
        rows.append(
            [
                kind,
                with_interval(of, "mse", ".5f"),
                with_interval(of, "psnr", ".2f"),
                with_interval(of, "ssim", ".3f"),
                with_interval(of, "recognised", ".1f", scale=100),
            ]
        )
    return table(["", "MSE", "PSNR (dB)", "SSIM", "recognised (%)"], rows)


def conventions() -> str:
    metrics = read_summary(METRICS)
    rows = [
        [kind, f"{metrics[kind]['psnr_of_mean_mse']:.2f}", f"{metrics[kind]['ssim_gaussian_window']:.3f}"]
        for kind in ("noisy", "denoised")
    ]
    return table(["", "PSNR of the mean MSE (dB)", "SSIM, Gaussian window"], rows)


def changes() -> str:
    metrics = read_summary(METRICS)
    gain, draws = metrics["interval"]["gain"]["psnr"], metrics["draws"]["denoised"]["psnr"]
    margin = metrics["interval"]["ahead"]
    best = METHOD_LABELS[metrics["best_filter"]["method"]]
    recognised = {end: 100 * margin["recognised"][end] for end in ("low", "high")}
    rows = [
        ["gain in PSNR per image (dB)", f"{metrics['gain']['psnr']:.2f} ({gain['low']:.2f} to {gain['high']:.2f})"],
        ["denoised PSNR, range over noise realizations (dB)", f"{draws['least']:.2f} to {draws['most']:.2f}"],
        [
            f"margin over the best filter, {best} (dB)",
            f"{metrics['ahead']['psnr']:.2f} ({margin['psnr']['low']:.2f} to {margin['psnr']['high']:.2f})",
        ],
        [
            "the same in recognised images (percentage points)",
            f"{100 * metrics['ahead']['recognised']:.1f} ({recognised['low']:.1f} to {recognised['high']:.1f})",
        ],
        ["clean images recognised (%)", f"{100 * metrics['clean']['recognised']:.1f}"],
        ["of these, repaired; lost; flipped", "{repaired:,}; {lost:,}; {flipped:,}".format(**metrics)],
    ]
    return table(["", "value (95% interval)"], rows)


def methods() -> str:
    rows = []
    for of in rows_of(read_table(EVALUATION / "methods.csv")):
        method = str(of["method"])
        rows.append(
            [
                METHOD_LABELS[method],
                with_interval(of, "psnr", ".2f"),
                with_interval(of, "ssim", ".3f"),
                with_interval(of, "mse", ".4f"),
                with_interval(of, "recognised", ".1f", scale=100),
                "" if method == "noisy" else f"{of['repaired']:.0f}, {of['flipped']:.0f}",
                "" if method == "denoiser" else with_interval(of, "ahead_psnr", ".2f"),
            ]
        )
    head = ["method", "PSNR (dB)", "SSIM", "MSE", "recognised (%)", "repaired, flipped", "margin of the denoiser (dB)"]
    return table(head, rows)


def noise_types() -> str:
    rows = [
        [
            NOISE_LABELS[str(of["kind"])],
            f"{of['factor']:.2f}",
            f"{of['noisy_psnr']:.2f}",
            with_interval(of, "denoised_psnr", ".2f"),
            f"{of['familiar_psnr']:.2f}",
            with_interval(of, "fall_psnr", ".2f"),
        ]
        for of in rows_of(read_table(EVALUATION / "kinds.csv"))
    ]
    return table(["type of noise", "factor", "noisy (dB)", "denoised (dB)", "in distribution (dB)", "drop (dB)"], rows)


def noise_sweep() -> str:
    rows = [
        [
            f"{of['level']:.1f}",
            f"{of['noisy_psnr']:.2f}",
            with_interval(of, "denoised_psnr", ".2f"),
            METHOD_LABELS[str(of["filter"])],
            with_interval(of, "ahead_psnr", ".2f"),
        ]
        for of in rows_of(read_table(EVALUATION / "levels.csv"))
    ]
    return table(["noise factor", "noisy (dB)", "denoised (dB)", "best filter", "margin over it (dB)"], rows)


def settings() -> str:
    rows = [
        [
            f"`{name}`",
            of["architecture"],
            f"{of['parameters']:,.0f}",
            f"{of['seconds']:,.0f} s",
            f"{of['psnr']:.2f}",
            f"{of['ssim']:.3f}",
        ]
        for name, of in read_summary(BENCHMARK_ARCHITECTURES).items()
    ]
    return table(["setting", "architecture", "parameters", "time to train", "PSNR (dB)", "SSIM"], rows)


def architectures() -> str:
    rows = []
    for name, of in read_summary(BENCHMARK_ARCHITECTURES).items():
        values = of | flat_ends(of["interval"])
        rows.append(
            [
                f"`{name}`",
                of["architecture"],
                f"{of['parameters']:,.0f}",
                f"{of['multiply_adds'] / 1e6:.1f}",
                f"{of['seconds']:,.0f} s",
                f"{of['images_a_second']:,.0f}",
                with_interval(values, "psnr", ".2f"),
                with_interval(values, "ssim", ".3f"),
                with_interval(values, "recognised", ".1f", scale=100),
            ]
        )
    head = ["setting", "architecture", "parameters", "million MACs per image", "time to train", "images per second"]
    return table([*head, "PSNR (dB)", "SSIM", "recognised (%)"], rows)


def notebook() -> str:
    return "\n".join(BENCHMARK_NOTEBOOK.read_text(encoding="utf-8").strip().splitlines()[2:])


TABLES: dict[str, Callable[[], str]] = {
    function.__name__: function
    for function in (
        results,
        conventions,
        changes,
        methods,
        noise_types,
        noise_sweep,
        settings,
        architectures,
        notebook,
    )
}
