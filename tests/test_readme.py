"""What README.md says of the results and the parameters is what the files hold."""

import json
import re
from pathlib import Path

import yaml

from stages.lib.names import METHODS
from stages.lib.tables import read_table
from tools.experiment import read_experiment

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_results_is_the_committed_metrics() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    for kind in ("noisy", "denoised"):
        of, between = metrics[kind], metrics["interval"][kind]
        psnr, ssim = between["psnr"], between["ssim"]
        row = (
            f"| {kind} | {of['mse']:.5f} | {of['psnr']:.3f} dB ({psnr['low']:.3f} to {psnr['high']:.3f}) "
            f"| {of['ssim']:.3f} ({ssim['low']:.3f} to {ssim['high']:.3f}) "
            f"| {of['psnr_of_mean_mse']:.2f} dB | {of['ssim_gaussian_window']:.3f} | {of['recognised']:.1%} |"
        )
        assert row in README, row
    gain = metrics["interval"]["gain"]["psnr"]
    assert f"gains {metrics['gain']['psnr']:.2f} dB ({gain['low']:.2f} to {gain['high']:.2f})" in README
    draws = metrics["draws"]["denoised"]["psnr"]
    assert f"{draws['least']:.2f} and {draws['most']:.2f} dB" in README
    assert f"{metrics['noise_draws']} draws" in README
    assert f"{metrics['images']:,} test images" in README


def test_the_table_of_methods_is_the_committed_one() -> None:
    methods = read_table(ROOT / "reports/evaluation/methods.csv")
    for row, method in enumerate(methods["method"]):
        of = {name: values[row] for name, values in methods.items()}
        cells = [
            METHODS[method],
            f"{of['psnr']:.2f} ({of['psnr_low']:.2f} to {of['psnr_high']:.2f})",
            f"{of['ssim']:.3f} ({of['ssim_low']:.3f} to {of['ssim_high']:.3f})",
            f"{of['mse']:.4f} ({of['mse_low']:.4f} to {of['mse_high']:.4f})",
            f"{of['recognised']:.1%} ({100 * of['recognised_low']:.1f} to {100 * of['recognised_high']:.1f})",
            f"{of['repaired']:.0f}, {of['flipped']:.0f}",
            f"{of['ahead_psnr']:.2f} dB ({of['ahead_psnr_low']:.2f} to {of['ahead_psnr_high']:.2f})",
        ]
        if method == "denoiser":
            cells[-1] = ""
        if method == "noisy":
            cells[-2] = ""
        assert f"| {' | '.join(cells)} |".replace("  ", " ") in README, cells
    assert f"{methods['images'][0]:,.0f} test images" in README


def test_the_table_of_architectures_is_the_recorded_one() -> None:
    recorded = json.loads((ROOT / "benchmarks/results/architectures.json").read_text(encoding="utf-8"))
    assert {path.stem for path in (ROOT / "experiments").glob("*.yaml")} | {"cae"} == set(recorded)
    for name, of in recorded.items():
        assert of["settings"] == ({} if name == "cae" else read_experiment(name, folder=ROOT / "experiments")), name
        cells = [f"`{name}`", of["architecture"], f"{of['parameters']:,.0f}", f"{of['multiply_adds'] / 1e6:.1f}"]
        cells += [f"{of['seconds']:,.0f} s", f"{of['images_a_second']:,.0f}"]
        for metric, form, unit in (("psnr", ".2f", 1), ("ssim", ".3f", 1), ("recognised", ".1f", 100)):
            value, low, high = (unit * of[metric], *(unit * of["interval"][metric][end] for end in ("low", "high")))
            cells.append(f"{value:{form}} ({low:{form}} to {high:{form}})")
        assert f"| {' | '.join(cells)} |" in README, cells


def test_the_tables_of_the_benchmark_are_the_recorded_ones() -> None:
    recorded = (ROOT / "benchmarks/results/beside_notebook.md").read_text(encoding="utf-8")
    rows = [line for line in recorded.splitlines() if line.startswith("|")]
    assert len(rows) > 12
    for row in rows:
        assert row in README, row


def test_the_sentences_on_other_noise_are_what_the_tables_say() -> None:
    kinds = read_table(ROOT / "reports/evaluation/kinds.csv")
    fall = dict(zip(kinds["kind"], kinds["fall_psnr"], strict=True))
    for kind in ("correlated", "poisson", "speckle"):
        assert f"{fall[kind]:.1f} dB" in README, kind
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    counts = {name: metrics[name] for name in ("repaired", "lost", "flipped")}
    assert "repairs {repaired:,}, leaves {lost:,} lost, and flips {flipped:,}".format(**counts) in README
    assert f"misread {counts['repaired'] + counts['lost']:,}" in README
    assert f"takes {metrics['clean']['recognised']:.1%} of the" in README
    ahead, between = metrics["ahead"], metrics["interval"]["ahead"]
    assert f"{ahead['psnr']:.1f} dB ({between['psnr']['low']:.1f} to {between['psnr']['high']:.1f})" in README
    low, high = (100 * between["recognised"][end] for end in ("low", "high"))
    assert f"{100 * ahead['recognised']:.1f} points ({low:.1f} to {high:.1f})" in README


def test_every_parameter_is_explained() -> None:
    def paths(section: dict[str, object], place: str = "") -> list[str]:
        return [
            path
            for name, value in section.items()
            for path in (paths(value, f"{place}{name}.") if isinstance(value, dict) else [place + name])
        ]

    parameters = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert re.findall(r"^\| `(\w+\.[\w.]+)`", README, flags=re.MULTILINE) == paths(parameters)


def test_every_file_that_is_linked_or_drawn_exists() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
