"""The tables of recorded benchmarks, of the command and of the networks, as Markdown."""

from argparse import SUPPRESS
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from denoising.cli.arguments import parser
from denoising.figures.labels import interval_text
from denoising.inference.networks import bundled_networks, load_network
from denoising.io.tables import read_summary
from stages.paths import BENCHMARK_EXPERIMENTS, VARIABILITY
from tools.deviations import read_tolerances
from tools.markdown import over_seeds, table

FASTEST = ("AMD EPYC 26", "AMD EPYC with AVX-512")  # of most experiments; docs/benchmarks.md names the others


def settings() -> str:
    rows = [
        [
            marked(name, of),
            of["architecture"],
            f"{of['parameters']:,.0f}",
            f"{of['seconds']:,.0f} s",
            over_seeds(of, "psnr", ".2f"),
            over_seeds(of, "ssim", ".3f"),
        ]
        for name, of in read_summary(BENCHMARK_EXPERIMENTS).items()
    ]
    return table(["experiment", "architecture", "parameters", "time to train", "PSNR (dB)", "SSIM"], rows)


def marked(name: str, experiment: Mapping[str, Any]) -> str:
    """Return the name of an experiment, with a mark if it was not measured on the processors of most rows."""
    return f"`{name}`" if any(of in experiment["machine"] for of in FASTEST) else f"`{name}` †"


def experiments() -> str:
    rows = []
    for name, of in read_summary(BENCHMARK_EXPERIMENTS).items():
        rows.append(
            [
                marked(name, of),
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
    record = read_tolerances(VARIABILITY).get("reports/metrics.json", {})
    rows = [[f"`{name}`", f"{allowed:.2g}"] for name, allowed in record.items() if allowed]
    return table(["metric", "tolerance"], rows)


def recorded(path: Path, *, skip: int = 0) -> Callable[[], str]:
    """Return a function that returns a recorded benchmark as it is, without its first lines."""
    return lambda: "\n".join(path.read_text(encoding="utf-8").strip().splitlines()[skip:])


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
