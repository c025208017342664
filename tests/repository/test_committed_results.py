import json
from pathlib import Path

from tools.verify import inconsistencies

ROOT = Path(__file__).parents[2]


def test_the_committed_classifier_is_right_on_99_percent_of_clean_mnist() -> None:
    metrics = json.loads((ROOT / "reports/summary.json").read_text(encoding="utf-8"))
    assert metrics["dataset"] == "mnist"
    assert metrics["clean"]["accuracy"] >= 0.99


def test_the_committed_figures_are_as_wide_as_the_readme_shows_them() -> None:
    metrics = json.loads((ROOT / "reports/summary.json").read_text(encoding="utf-8"))
    assert metrics["images"]
    for path in (ROOT / "reports/figures").iterdir():
        assert path.read_bytes()[16:20] == (1200).to_bytes(4, "big"), path


def test_the_metrics_fit_a_screen_and_validation_comes_first() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    numbers = [f"{name}.{metric}" for name, of in metrics.items() for metric in of]
    assert len(numbers) <= 16
    assert numbers[0] == "validation.psnr"
    needed = {f"{kind}.{metric}" for kind in ("noisy", "denoised") for metric in ("mse", "psnr", "ssim")}
    assert needed | {"gain.psnr", "gain.ssim", "margin.psnr"} <= set(numbers)


def test_what_is_committed_contradicts_nothing() -> None:
    assert list(inconsistencies(ROOT)) == []
