from pathlib import Path
from typing import Any

import pytest
import yaml

from denoising.errors import DenoisingError
from stages.parameters.document import check_document
from tools.search_space import Sweep, own_point, read_sweep, require_valid, with_values

ROOT = Path(__file__).parents[3]
RATE = "train.learning_rate"
GRID: dict[str, Any] = {"trials": 12, "sampler": "grid", "search": {RATE: {"choices": [0.001, 0.002]}}}


def test_the_sweeps_that_come_with_the_project_can_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names = [path.stem for path in Path("sweeps").glob("*.yaml")]
    assert "fast_rate" in names
    for name in names:
        sweep = read_sweep(name)
        base = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
        experiment = yaml.safe_load(Path(f"experiments/{sweep.experiment}.yaml").read_text(encoding="utf-8"))
        target = with_values({**base, **experiment}, sweep.fixed)
        check_document(target)
        require_valid(target, sweep)
        assert own_point(target, sweep), f"the table of {name} would not say what the search has gained"
        assert sweep.sampler != "grid" or sweep.trials == len(sweep.points())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "denoised.psnr"}, "metric: input should be 'validation.psnr'"),
        ({"trails": 3}, "trails: extra inputs are not permitted"),
        ({"search": {}}, "search: dictionary should have at least 1 item"),
        ({"search": {RATE: {"low": 5, "high": 1}}}, f"search.{RATE}: low should be less than high"),
        ({"search": {RATE: {"low": "0.1", "high": 1}}}, f"search.{RATE}.low: expected a number"),
        ({"search": {RATE: [0.1, 0.2]}}, f"search.{RATE}: expected low and high, or choices"),
        ({"search": {RATE: {"choices": [0.1, 0.1]}}}, "the same choice is there twice"),
        ({"search": {RATE: {"choices": [[0.1]]}}}, "expected a number, a word, true or false"),
        ({"search": {RATE: {"low": 1, "high": 9, "step": 0}}}, "step should be a positive number"),
        ({"search": {RATE: {"low": 1, "high": 9, "step": 2.5}}}, "step should be a positive number, whole"),
        ({"search": {RATE: {"low": 0.1, "high": 0.9, "step": 0.3}}}, "step should lead from low to high"),
        ({"search": {RATE: {"low": 0.1, "high": 0.9, "step": 0.1, "log": True}}}, "a logarithmic range"),
        ({"search": {RATE: {"low": 1, "high": 10**9}}}, "a grid has 10,000 points or fewer"),
        ({"search": {RATE: {"low": 5}}}, "expected low and high, or choices"),
        ({"search": {RATE: {"low": 1, "high": 2, "choices": [3]}}}, "choices are a list of values, without low"),
        ({"search": {RATE: {"low": 0.1, "high": 0.2}}}, "a grid needs choices"),
        ({"search": {RATE: {"low": 0, "high": 0.2, "log": True}}}, "a logarithmic range has a low above 0"),
        ({"fixed": {RATE: 0.1}}, f"{RATE} is both in fixed and in search"),
        ({"fixed": {RATE: [0.1]}}, "expected a number, a word, true or false"),
        ({"trials": 0}, "trials: input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_file_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps/wrong.yaml").write_text(yaml.safe_dump({**GRID, **change}))
    with pytest.raises(DenoisingError) as raised:
        read_sweep("wrong")
    assert message.lower() in str(raised.value).lower()


def test_an_unknown_sweep_is_told_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(DenoisingError, match="There is no sweep called 'fats'. Known are .*fast_rate"):
        read_sweep("fats")


def test_values_that_are_not_allowed_and_names_that_are_not_there_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    base = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    with pytest.raises(DenoisingError, match=r"The experiment has no parameter train\.epohcs\."):
        with_values(base, {"train.epohcs": 3})
    search = {"train.batch_size": {"choices": [32, -1]}}
    with pytest.raises(DenoisingError, match=r"train\.batch_size"):
        require_valid(base, Sweep.model_validate({**GRID, "search": search}))
