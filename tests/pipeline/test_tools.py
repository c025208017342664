"""What `make run` and DVC's queue promise, each in a small checkout on real digits."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from checkout import ROOT, Checkout, stages_run

from tools.run import choose_digits


def test_run_falls_back_on_the_embedded_digits_without_network_or_git(committed: Checkout, tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path, git=False, source="mnist")
    shutil.copytree(committed.folder / ".dvc/cache", checkout.folder / ".dvc/cache")  # where digits need no training
    (checkout.folder / "data/prepared").mkdir(parents=True, exist_ok=True)  # of another source, say
    before = checkout.read("params.yaml")
    done = checkout.run("python", "-m", "tools.run")
    assert done.returncode == 0, done.stdout
    assert "No usable copy of mnist was found" in done.stdout
    assert "ERROR" not in done.stdout
    assert "prepare.source in params.yaml is now digits" in done.stdout
    assert "This folder is not a Git repository" in done.stdout
    assert json.loads(checkout.read("reports/summary.json"))["dataset"] == "digits"
    assert checkout.read("params.yaml") == before.replace("source: mnist ", "source: digits", 1)
    again = checkout.run("python", "-m", "tools.run")
    assert stages_run(again.stdout) == []
    assert again.returncode == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"mnist  # here\r\n", b"digits # here\r\n"),
        (b"'mnist' # here\n", b"digits # here\n"),
        (b"mnist\t# here\n", b"digits\t# here\n"),
        (b"mnist\n", b"digits\n"),
    ],
)
def test_run_changes_nothing_but_the_source(
    before: bytes, after: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_bytes(b"prepare:\r\n  source: " + before)
    choose_digits()
    assert Path("params.yaml").read_bytes() == b"prepare:\r\n  source: " + after


def test_run_does_not_replace_the_data_when_another_stage_fails(committed: Checkout, tmp_path: Path) -> None:
    """The data comes from a cache, no copy of MNIST is available, and the training cannot run."""
    checkout = committed.copy(tmp_path / "copy")
    info = checkout.read("data/prepared/about.json")
    checkout.set("source", "mnist")
    pipeline = checkout.folder / "dvc.yaml"
    pipeline.write_text(
        pipeline.read_text().replace("python -m stages.prepare", "'true'").replace("stages.train", "nothing")
    )
    checkout.dvc("commit", "--force", "prepare")
    done = checkout.run("python", "-m", "tools.run")
    assert done.returncode != 0
    assert "Going on with the digits of scikit-learn" not in done.stdout
    assert "source: mnist" in checkout.read("params.yaml")
    assert checkout.read("data/prepared/about.json") == info


def test_run_ends_with_the_message_of_the_stage_that_failed(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path, source="kmnist")
    done = checkout.run("python", "-m", "tools.run")
    assert done.returncode != 0
    assert "No usable copy of kmnist was found" in done.stdout
    assert "dvc exp run -S prepare.source=digits" in done.stdout
    assert "Traceback" not in done.stdout


def test_queued_experiments_run_and_show(committed: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    committed.dvc("exp", "run", "--queue", "--name", "few", "-S", "plot.columns=3")
    committed.dvc("exp", "run", "--queue", "--name", "fine", "-S", "plot.dpi=50")
    committed.dvc("exp", "run", "--run-all")
    table = committed.dvc("exp", "show", "--csv")
    assert "few" in table
    assert "fine" in table
    compare = re.search(r"exp show (--only-changed.*?)\n\n", (ROOT / "Makefile").read_text(), flags=re.DOTALL)
    assert compare
    monkeypatch.setenv("COLUMNS", "160")
    shown = committed.dvc("exp", "show", "--no-pager", *shlex.split(compare.group(1).replace("\\\n", " ")))
    assert max(map(len, shown.splitlines())) <= 160
    for name in ("validation.psnr", "denoised.psnr", "denoised.ssim", "plot.columns", "plot.dpi"):
        assert name in shown, shown  # whole, not cut
    changes = json.loads(committed.dvc("params", "diff", "--json", "HEAD", "fine"))
    assert changes["params.yaml"]["plot.dpi"] == {"old": 40, "new": 50, "diff": 10}


@pytest.mark.slow
def test_a_queued_experiment_runs_the_code_that_it_was_queued_with(committed: Checkout, tmp_path: Path) -> None:
    checkout = committed.copy(tmp_path / "copy")
    page = checkout.folder / "denoising/report/page.py"
    code = page.read_text()
    own = code.replace('dataset=dataset_label(summary["dataset"])', 'dataset="its own code"')
    assert own != code
    page.write_text(own)
    checkout.dvc("exp", "run", "--queue", "--name", "own-code")
    page.write_text(code)
    checkout.dvc("exp", "run", "--run-all")
    assert "its own code" not in checkout.read("reports/report.html")
    checkout.dvc("exp", "branch", "own-code", "own-code")
    shown = checkout.run("git", "show", "own-code:reports/report.html").stdout
    assert "<title>Denoising results: its own code</title>" in shown
