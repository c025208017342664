"""The records of benchmarks and searches are complete, and those of the settings and results that are committed."""

import re
from pathlib import Path

import pytest
import yaml

from denoising.io.tables import read_summary, read_table
from tools.deviations import PROVENANCE, read_tolerances, read_values, result_files
from tools.experiment import names, read_experiment
from tools.tables import RECORDED_SWEEPS

ROOT = Path(__file__).parents[2]


def test_every_benchmark_was_run() -> None:
    for path in (ROOT / "benchmarks/results").rglob("*.*"):
        assert "not measured" not in path.read_text(encoding="utf-8"), path
    record = read_summary(ROOT / "benchmarks/results/variability.json")
    assert record["seeds"]["count"] >= 5
    assert len(record["machines"]) == 2  # as docs/reproducibility.md says
    assert all(len(of["instruction_sets"]) == 2 for of in record["machines"].values())
    assert "bm3d" in read_table(ROOT / "benchmarks/results/methods_with_bm3d.csv")["method"]


@pytest.mark.parametrize("name", RECORDED_SWEEPS)
def test_a_recorded_search_is_the_one_in_sweeps(name: str) -> None:
    sweep = yaml.safe_load((ROOT / f"sweeps/{name}.yaml").read_text(encoding="utf-8"))
    table = (ROOT / f"benchmarks/results/sweeps/{name}.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ .*\|$", table, re.MULTILINE)
    assert f"{sweep['trials']} of {sweep['trials']} trials of `{sweep['experiment']}`" in table
    assert len(rows) == sweep["trials"]
    for column, searched in enumerate(sweep["search"].values(), start=3):
        tried = {float(row.split("|")[column]) for row in rows}
        if "choices" in searched:
            assert tried == set(searched["choices"])
        else:
            assert searched["low"] <= min(tried) <= max(tried) <= searched["high"]


def test_every_result_has_a_measured_tolerance() -> None:
    record = read_tolerances(ROOT / "benchmarks/results/variability.json")
    for name in result_files(ROOT):
        values = read_values(ROOT / name)
        columns = {column for (_, column), value in values.items() if isinstance(value, float)}
        assert {of for of in columns if not of.startswith(PROVENANCE)} <= record[name].keys(), name


def test_every_setting_was_measured_as_it_is_in_experiments() -> None:
    recorded = read_summary(ROOT / "benchmarks/results/experiments.json")
    found = [name for name in names(ROOT / "experiments") if not name.endswith("-best")]  # what a sweep has left
    experiments = {name: read_experiment(name, folder=ROOT / "experiments") for name in found}
    assert {name for name, settings in experiments.items() if settings.keys() == {"train"}} == set(recorded)
    for name, of in recorded.items():
        assert of["settings"] == experiments[name], name
