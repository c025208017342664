"""The tables of README.md and docs/, as Markdown, from the recorded results."""

from argparse import SUPPRESS
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from denoising.cli.arguments import parser
from denoising.errors import DenoisingError
from denoising.figures.labels import METHOD_LABELS, NOISE_LABELS, in_brackets, interval_text
from denoising.inference.networks import bundled_networks, load_network
from denoising.io.tables import read_summary, read_table, rows_of
from stages.paths import (
    BENCHMARK_CLUSTER,
    BENCHMARK_DENOISE,
    BENCHMARK_EXPERIMENTS,
    BENCHMARK_METHODS,
    BENCHMARK_MODELS,
    BENCHMARK_NATURAL,
    BENCHMARK_NOTEBOOK,
    BENCHMARK_SCALE,
    BENCHMARK_STAGES,
    BENCHMARK_STEPS,
    EVALUATION,
    SUMMARY,
    VARIABILITY,
)
from tools.experiment import RESTORE
from tools.messages import message_list
from tools.parameters import parameter_table


class OtherResultsError(DenoisingError):
    """The results in reports/ are not those that the tables are about."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    first, *others = (f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in (list(head), *rows))
    columns = first.count("|") - 1
    return "\n".join([first, "|---" * columns + "|", *others])


def value(number: float, low: float | None, high: float | None, form: str, *, scale: float = 1) -> str:
    """Return a value with its interval in brackets, if it has one."""
    text = "" if low is None or high is None else interval_text(scale * low, scale * high, form)
    return f"{scale * number:{form}}{in_brackets(text)}"


def of_row(row: Mapping[str, Any], name: str, form: str, *, scale: float = 1) -> str:
    return value(row[name], row[f"{name}_low"], row[f"{name}_high"], form, scale=scale)


def of_summary(summary: Mapping[str, Any], name: str, metric: str, form: str, *, scale: float = 1) -> str:
    return value(summary[name][metric], **summary["intervals"][name][metric], form=form, scale=scale)


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


def with_std(of: Mapping[str, float], form: str, *, scale: float = 1) -> str:
    return f"{scale * of['mean']:{form}} ± {scale * of['std']:{form}}"


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
    for of in rows_of(read_table(path)):
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
        for of in rows_of(read_table(EVALUATION / "noise_types.csv"))
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
        for of in rows_of(read_table(EVALUATION / "noise_sweep.csv"))
    ]
    return table(["noise factor", "noisy (dB)", "denoised (dB)", "gain (dB)", "best filter", "margin (dB)"], rows)


def over_seeds(of: Mapping[str, Any], metric: str, form: str, *, scale: float = 1) -> str:
    """Return the mean over seeds, with the standard deviation if there are several."""
    text = f"{scale * of[metric]:{form}}"
    return f"{text} ± {scale * of['std'][metric]:{form}}" if of["std"] else text


def settings() -> str:
    rows = [
        [
            f"`{name}`",
            of["architecture"],
            f"{of['parameters']:,.0f}",
            f"{of['seconds']:,.0f} s",
            over_seeds(of, "psnr", ".2f"),
            over_seeds(of, "ssim", ".3f"),
        ]
        for name, of in read_summary(BENCHMARK_EXPERIMENTS).items()
    ]
    return table(["experiment", "architecture", "parameters", "time to train", "PSNR (dB)", "SSIM"], rows)


def experiments() -> str:
    rows = []
    for name, of in read_summary(BENCHMARK_EXPERIMENTS).items():
        rows.append(
            [
                f"`{name}`",
                of["architecture"],
                f"{of['parameters']:,.0f}",
                f"{of['multiply_adds'] / 1e6:.1f}",
                f"{of['seconds']:,.0f} s",
                f"{of['images_a_second']:,.0f}",
                str(of["seeds"]),
                "" if of["validation_psnr"] is None else f"{of['validation_psnr']:.2f}",
                over_seeds(of, "psnr", ".2f"),
                interval_text(**of["intervals"]["psnr"]),
                over_seeds(of, "ssim", ".3f"),
                over_seeds(of, "accuracy", ".1f", scale=100),
            ]
        )
    head = ["experiment", "architecture", "parameters", "million MACs per image", "time to train", "images per second"]
    return table(
        [*head, "seeds", "validation PSNR (dB)", "PSNR (dB)", "interval, seed 1", "SSIM", "accuracy (%)"], rows
    )


def tolerances() -> str:
    """Return the tolerances of `make verify` for the metrics of the headline."""
    record = read_summary(VARIABILITY)["tolerances"].get("reports/metrics.json", {})
    return table(["metric", "tolerance"], [[f"`{name}`", f"{allowed:.2g}"] for name, allowed in record.items()])


def options() -> str:
    """Return the options of the command `denoise`."""
    actions = [action for action in parser()._actions if action.option_strings and action.help != SUPPRESS]
    rows = []
    for action in actions:
        if action.dest in ("help", "version"):
            continue
        argument = action.metavar or "|".join(action.choices or ()) or action.dest.upper()
        option = " ".join([", ".join(action.option_strings), *([str(argument)] if action.nargs != 0 else [])])
        meaning = (action.help or "") % vars(action)
        rows.append([f"`{option}`".replace("|", "\\|"), meaning.replace("|", "\\|")])
    return table(["option", "meaning"], rows)


def cards() -> str:
    """Return what the networks that come with the package say of themselves."""
    networks = {name: load_network(Path(name)) for name in bundled_networks()}
    facts = ("images", "noise", "data", "licence", "experiment")
    rows = [[fact, *(network.card.get(fact, "") for network in networks.values())] for fact in facts]
    sizes = [f"{network.parameter_count:,}" for network in networks.values()]
    files = [f"{path.stat().st_size / 1e6:.1f} MB" for path in bundled_networks().values()]
    return table(["", *(f"`{name}`" for name in networks)], [*rows, ["parameters", *sizes], ["file", *files]])


def recorded(path: Path, *, skip: int = 0) -> Callable[[], str]:
    """Return a function that returns a recorded benchmark as it is, without its first lines."""
    return lambda: "\n".join(path.read_text(encoding="utf-8").strip().splitlines()[skip:])


TABLES: dict[str, Callable[[], str]] = {
    "natural": recorded(BENCHMARK_NATURAL),
    "models": recorded(BENCHMARK_MODELS),
    "denoise": recorded(BENCHMARK_DENOISE),
    "notebook": recorded(BENCHMARK_NOTEBOOK, skip=2),
    "stages": recorded(BENCHMARK_STAGES),
    "scale": recorded(BENCHMARK_SCALE),
    "cluster": recorded(BENCHMARK_CLUSTER),
    "steps": recorded(BENCHMARK_STEPS),
    "parameters": parameter_table,
    "messages": message_list,
    **{
        function.__name__: function
        for function in (
            results,
            conventions,
            changes,
            methods,
            methods_with_bm3d,
            noise_types,
            noise_sweep,
            settings,
            experiments,
            tolerances,
            options,
            cards,
        )
    },
}
