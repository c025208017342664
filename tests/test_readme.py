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
        of, between = metrics[kind], metrics["interval"][kind]
        psnr, ssim = between["psnr"], between["ssim"]
        row = (
            f"| {kind} | {of['mse']:.5f} | {of['psnr']:.3f} dB ({psnr['low']:.3f} to {psnr['high']:.3f}) "
            f"| {of['ssim']:.3f} ({ssim['low']:.3f} to {ssim['high']:.3f}) "
            f"| {of['psnr_of_mean_mse']:.2f} dB | {of['ssim_gaussian_window']:.3f} |"
        )
        assert row in README, row
    gain = metrics["interval"]["gain"]["psnr"]
    assert f"gains {metrics['gain']['psnr']:.2f} dB ({gain['low']:.2f} to {gain['high']:.2f})" in README
    draws = metrics["draws"]["denoised"]["psnr"]
    assert f"{draws['least']:.2f} and {draws['most']:.2f} dB" in README
    assert f"{metrics['noise_draws']} draws" in README
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
