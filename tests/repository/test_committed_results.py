import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_committed_classifier_recognises_99_percent_of_clean_mnist() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    assert metrics["dataset"] == "mnist"
    assert metrics["clean"]["recognised"] >= 0.99


def test_the_committed_figures_are_as_wide_as_the_readme_shows_them() -> None:
    metrics = json.loads((ROOT / "reports/metrics.json").read_text(encoding="utf-8"))
    assert metrics["images"]
    for path in (ROOT / "reports/figures").iterdir():
        assert path.read_bytes()[16:20] == (1200).to_bytes(4, "big"), path
