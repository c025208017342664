"""`make seeds`, with a pipeline of one stage that takes no time."""

import sys
from pathlib import Path

import numpy as np
import pytest
from checkout import Checkout
from scipy import stats

from denoising.errors import DenoisingError
from tools.seeds import interval, name_and_count

PIPELINE = """
stages:
  train:
    cmd: python one.py
    params: [train.seed, train.epochs]
    metrics: [reports/metrics.json: {cache: false}]
"""
STAGE = """
import json, pathlib, yaml
train = yaml.safe_load(open("params.yaml"))["train"]
assert train["seed"] < 4, "the fourth seed is too much"
pathlib.Path("reports").mkdir(exist_ok=True)
scores = {"validation": {"psnr": 18 + train["seed"]}, "denoised": {"psnr": 19 + train["seed"], "ssim": 0.5}}
pathlib.Path("reports/metrics.json").write_text(json.dumps(scores))
"""


@pytest.mark.slow
def test_seeds_run_once_are_summed_up_and_a_failure_is_told(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path)
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "one.py").write_text(STAGE)
    checkout.commit("A stage that takes no time")
    command = (sys.executable, "-m", "tools.seeds", "fast")
    said = checkout.run(*command, "N=2").stdout
    assert "| validation psnr | 19.5 | 0.71 | 13.147 to 25.853 | 19 | 20 |" in said
    assert "| denoised ssim | 0.5 | 0 |" in said
    again = checkout.run(*command, "N=3").stdout
    assert "fast-seed-2 has run on this commit." in again
    assert "| denoised psnr | 21 | 1 | 18.516 to 23.484 | 20 | 22 |" in again
    failed = checkout.run(*command, "N=4")
    assert failed.returncode == 1
    assert "the fourth seed is too much" in failed.stdout
    assert "fast-seed-4 failed" in failed.stdout
    assert "fast-seed-3" in checkout.dvc("exp", "show")
    assert checkout.run("git", "status", "--porcelain").stdout == ""


def test_the_interval_is_that_of_student() -> None:
    values = np.random.default_rng(1).normal(20, 1, 7)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose(interval(values), (expected.low, expected.high))


def test_a_name_and_a_number_are_taken_in_any_order() -> None:
    assert name_and_count(["N=3", "fast"]) == name_and_count(["fast", "N=3"]) == ("fast", 3)
    assert name_and_count([]) == ("committed", 5)


@pytest.mark.parametrize("words", [["N=1"], ["N=five"], ["N="], ["fast", "best"], ["N=-2"]])
def test_other_words_are_refused(words: list[str]) -> None:
    with pytest.raises(DenoisingError, match="make seeds NAME=fast N=5"):
        name_and_count(words)
