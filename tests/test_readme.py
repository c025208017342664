"""What README.md says of the results and the parameters is what the files hold."""

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_results_is_the_committed_metrics() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    for kind in ("noisy", "denoised"):
        of = metrics[kind]
        row = (
            f"| {kind} | {of['mse']:.5f} | {of['psnr']:.2f} dB | {of['ssim']:.3f} "
            f"| {of['psnr_of_mean_mse']:.2f} dB | {of['ssim_gaussian_window']:.3f} |"
        )
        assert row in README
    assert f"{metrics['images']:,} test images" in README


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
