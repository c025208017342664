"""What `make run`, `make verify` and DVC's queue promise, each in a small checkout on real digits."""

import json
import shutil
from pathlib import Path

import pytest
from checkout import Checkout, stages_run

from denoising.errors import DenoisingError
from tools.verify import TOLERANCES, compare, metric_deviations

ALL = ["prepare", "train", "baselines", "classifier", "evaluate", "plot", "report"]


@pytest.fixture(scope="module")
def committed(reproduced: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return reproduced.copy(tmp_path_factory.mktemp("committed") / "checkout")


def test_run_falls_back_on_the_embedded_digits_without_network_or_git(committed: Checkout, tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path, git=False, source="mnist")
    shutil.copytree(committed.folder / ".dvc/cache", checkout.folder / ".dvc/cache")  # where digits need no training
    comments = checkout.read("params.yaml").count("#")
    done = checkout.run("python", "-m", "tools.run")
    assert done.returncode == 0, done.stdout
    assert "No usable copy of mnist was found" in done.stdout
    assert "prepare.source in params.yaml is now digits" in done.stdout
    assert "This folder is not a Git repository" in done.stdout
    assert json.loads(checkout.read("reports/metrics.json"))["dataset"] == "digits"
    assert "  source: digits         # mnist," in checkout.read("params.yaml")
    assert checkout.read("params.yaml").count("#") == comments
    again = checkout.run("python", "-m", "tools.run")
    assert stages_run(again.stdout) == []
    assert again.returncode == 0


def test_run_ends_with_the_message_of_the_stage_that_failed(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path, source="kmnist")
    done = checkout.run("python", "-m", "tools.run")
    assert done.returncode != 0
    assert "No usable copy of kmnist was found" in done.stdout
    assert "dvc exp run -S prepare.source=digits" in done.stdout
    assert "Traceback" not in done.stdout


def test_verify_reproduces_what_is_committed_in_a_clean_clone(committed: Checkout) -> None:
    done = committed.run("python", "-m", "tools.verify")
    assert done.returncode == 0, done.stdout
    assert stages_run(done.stdout) == ALL
    assert "Verified: all 23 outputs have the committed hashes." in done.stdout


def test_verify_refuses_results_that_do_not_belong_to_the_lock(committed: Checkout, tmp_path: Path) -> None:
    tampered = committed.copy(tmp_path / "copy")
    metrics = tampered.folder / "reports/metrics.json"
    metrics.write_text(metrics.read_text().replace('"images": 359', '"images": 360'))
    assert "Commit these first, or `git stash` them" in tampered.run("python", "-m", "tools.verify").stdout
    tampered.commit("Flatter")
    done = tampered.run("python", "-m", "tools.verify")
    assert done.returncode == 1
    assert "NOT verified. Changed since dvc.lock was written: reports/metrics.json" in done.stdout


def test_verify_refuses_parameters_or_commands_that_were_not_run(committed: Checkout, tmp_path: Path) -> None:
    stale = committed.copy(tmp_path / "copy")
    stale.set("columns", "5")
    pipeline = stale.folder / "dvc.yaml"
    pipeline.write_text(pipeline.read_text().replace("python -m stages.plot", "python -B -m stages.plot"))
    stale.commit("Change without a run")
    done = stale.run("python", "-m", "tools.verify")
    assert done.returncode == 1
    assert "Changed since dvc.lock was written: changed command of plot, plot. Run" in done.stdout


def changed(committed: Checkout, folder: Path, *, machine: bool, gain: float) -> Path:
    """Return a copy whose model has another hash, and whose metrics are better by `gain` decibels."""
    committed.copy(folder)
    lock = folder / "dvc.lock"
    model = lock.read_text().split("path: models/denoiser.h5")[1].split("md5: ")[1][:32]
    lock.write_text(lock.read_text().replace(model, "0" * 32))
    metrics = json.loads((folder / "reports/metrics.json").read_text())
    metrics["denoised"]["psnr"] += gain
    (folder / "reports/metrics.json").write_text(json.dumps(metrics))
    if machine:
        (folder / "reports/training/provenance.json").write_text('{"machine": "another"}')
    return folder


def test_another_model_from_the_same_kind_of_machine_is_caught(committed: Checkout, tmp_path: Path) -> None:
    other = changed(committed, tmp_path / "other", machine=False, gain=0)
    with pytest.raises(DenoisingError, match=r"on the same kind of machine: models/denoiser.h5"):
        compare(committed.folder, other)


def test_another_kind_of_machine_may_differ_within_tolerance_only(committed: Checkout, tmp_path: Path) -> None:
    near = changed(committed, tmp_path / "near", machine=True, gain=TOLERANCES["psnr"] * 0.9)
    assert "agree within tolerance" in compare(committed.folder, near)
    far = changed(committed, tmp_path / "far", machine=True, gain=TOLERANCES["psnr"] * 1.1)
    with pytest.raises(DenoisingError, match=r"beyond tolerance:\n  denoised.psnr: committed"):
        compare(committed.folder, far)


def test_prepared_data_may_not_differ_on_any_machine(committed: Checkout, tmp_path: Path) -> None:
    other = changed(committed, tmp_path / "other", machine=True, gain=0)
    lock = other / "dvc.lock"
    data = lock.read_text().split("path: data/prepared")[1].split("md5: ")[1][:32]
    lock.write_text(lock.read_text().replace(data, "1" * 32))
    with pytest.raises(DenoisingError, match="do not depend on the training: data/prepared"):
        compare(committed.folder, other)


def test_the_noisy_input_may_not_differ_at_all() -> None:
    lines = list(metric_deviations({"noisy": {"psnr": 9.38}}, {"noisy": {"psnr": 9.39}}))
    assert len(lines) == 1


def test_a_metric_that_is_no_number_or_missing_is_a_deviation() -> None:
    assert list(metric_deviations({"denoised": {"psnr": 9.0}}, {"denoised": {"psnr": float("nan")}}))
    assert list(metric_deviations({"images": 3}, {}))
    assert list(metric_deviations({"images": 3}, {"images": 4}))
    assert list(metric_deviations({"dataset": "mnist"}, {"dataset": "digits"}))


def test_queued_experiments_run_and_show(committed: Checkout) -> None:
    committed.dvc("exp", "run", "--queue", "--name", "few", "-S", "plot.columns=3")
    committed.dvc("exp", "run", "--queue", "--name", "fine", "-S", "plot.dots_per_inch=50")
    committed.dvc("exp", "run", "--run-all")
    table = committed.dvc("exp", "show", "--csv")
    assert "few" in table
    assert "fine" in table
    changes = json.loads(committed.dvc("params", "diff", "--json", "HEAD", "fine"))
    assert changes["params.yaml"]["plot.dots_per_inch"] == {"old": 40, "new": 50, "diff": 10}


@pytest.mark.slow
def test_a_queued_experiment_runs_the_code_that_it_was_queued_with(committed: Checkout, tmp_path: Path) -> None:
    checkout = committed.copy(tmp_path / "copy")
    page = checkout.folder / "denoising/report/page.py"
    code = page.read_text()
    page.write_text(code.replace('dataset=DATASET_LABELS[metrics["dataset"]]', 'dataset="its own code"'))
    checkout.dvc("exp", "run", "--queue", "--name", "own-code")
    page.write_text(code)
    checkout.dvc("exp", "run", "--run-all")
    assert "its own code" not in checkout.read("reports/report.html")
    checkout.dvc("exp", "branch", "own-code", "own-code")
    shown = checkout.run("git", "show", "own-code:reports/report.html").stdout
    assert "<title>A denoiser for its own code, measured</title>" in shown
