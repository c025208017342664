"""What `make run`, `make verify` and DVC's queue promise, each in a small checkout on real digits."""

import hashlib
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT, Checkout, stages_run

from denoising.errors import DenoisingError
from stages.paths import VARIABILITY
from tools.run import choose_digits
from tools.verify import compare

ALL = ["index", "prepare", "train", "baselines", "classifier", "evaluate", "export", "plot", "report"]


@pytest.fixture(scope="module")
def committed(reproduced: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return reproduced.copy(tmp_path_factory.mktemp("committed") / "checkout")


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


def test_verify_reproduces_what_is_committed_in_a_clean_clone(committed: Checkout) -> None:
    done = committed.run("python", "-m", "tools.verify")
    assert done.returncode == 0, done.stdout
    assert stages_run(done.stdout) == ALL
    assert "Verified: all 29 outputs have the committed hashes, but for the time in reports/export.json." in done.stdout


def test_verify_refuses_results_that_do_not_belong_to_the_lock(committed: Checkout, tmp_path: Path) -> None:
    tampered = committed.copy(tmp_path / "copy")
    metrics = tampered.folder / "reports/metrics.json"
    metrics.write_text(metrics.read_text().replace('"psnr": ', '"psnr": 1'))
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


TOLERANCES = {
    "reports/metrics.json": {"denoised.psnr": 0.1},
    "reports/summary.json": {"denoised.psnr": 0.1, "flipped": 60.0},
    "reports/evaluation/methods.csv": {"flipped": 60.0, "psnr": 0.1},
}
SUMMARY = "reports/summary.json"


class Elsewhere:
    """Results as another machine gives them: another model, and what a test changes."""

    def __init__(self, committed: Checkout, folder: Path, *, machine: str | None = "another") -> None:
        self.folder = folder
        for name in ("reports", "models"):
            shutil.copytree(committed.folder / name, folder / name)
        shutil.copy(committed.folder / "dvc.lock", folder)
        digest = self.write("models/denoiser.h5", "another model")
        self.change(SUMMARY, ("provenance", "models", "denoiser", "md5"), digest)
        if machine:
            self.change(SUMMARY, ("provenance", "machine"), machine)

    def change(self, name: str, keys: tuple[str, ...], value: Any) -> None:
        """Set a value of a JSON file, or add to it if the value is a number, with the right hash in dvc.lock."""
        path = self.folder / name
        document = holder = json.loads(path.read_text())
        for key in keys[:-1]:
            holder = holder[key]
        holder[keys[-1]] = holder[keys[-1]] + value if isinstance(value, float | int) else value
        self.write(name, json.dumps(document))

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.unlink()  # DVC may have linked it to its cache
        path.write_text(text)
        digest = hashlib.md5(path.read_bytes()).hexdigest()
        self.relock(name, digest)
        return digest

    def relock(self, name: str, digest: str) -> None:
        lock = self.folder / "dvc.lock"
        before = re.search(rf"outs:(?:\n    - .*|\n      .*)*?\n    - path: {name}\n.*\n +md5: (\w+)", lock.read_text())
        assert before
        lock.write_text(lock.read_text().replace(before.group(1), digest))


@pytest.fixture(scope="module")
def tolerant(committed: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a copy of the committed checkout whose record has tolerances."""
    checkout = committed.copy(tmp_path_factory.mktemp("tolerant") / "checkout")
    (checkout.folder / VARIABILITY).write_text(json.dumps({"tolerances": TOLERANCES}))
    return checkout


def test_another_model_from_the_same_kind_of_machine_is_caught(tolerant: Checkout, tmp_path: Path) -> None:
    other = Elsewhere(tolerant, tmp_path / "other", machine=None)
    with pytest.raises(DenoisingError, match=r"on the same kind of machine: models/denoiser.h5"):
        compare(tolerant.folder, other.folder)


def test_all_but_the_time_is_compared_of_a_file_that_holds_one(tolerant: Checkout, tmp_path: Path) -> None:
    for name, keys, different in (
        ("time", ("milliseconds",), r"models/denoiser\.h5, reports/summary\.json\.$"),
        ("size", ("bytes",), r"models/denoiser\.h5, reports/export\.json, reports/summary\.json\.$"),
    ):
        other = Elsewhere(tolerant, tmp_path / name, machine=None)
        other.change("reports/export.json", keys, 5)
        with pytest.raises(DenoisingError, match=rf"on the same kind of machine: {different}"):
            compare(tolerant.folder, other.folder)


def test_another_version_of_python_may_differ_as_another_machine_does(tolerant: Checkout, tmp_path: Path) -> None:
    other = Elsewhere(tolerant, tmp_path / "other", machine=None)
    other.change(SUMMARY, ("provenance", "libraries", "python"), "3.11.0")
    assert "Python 3.11.0" in compare(tolerant.folder, other.folder)


def test_another_kind_of_machine_may_differ_within_tolerance_only(tolerant: Checkout, tmp_path: Path) -> None:
    near = Elsewhere(tolerant, tmp_path / "near")
    near.change("reports/metrics.json", ("denoised", "psnr"), 0.09)
    assert "agree within tolerance" in compare(tolerant.folder, near.folder)
    far = Elsewhere(tolerant, tmp_path / "far")
    far.change("reports/metrics.json", ("denoised", "psnr"), 0.11)
    with pytest.raises(DenoisingError, match=r"beyond tolerance:\n  reports/metrics.json: denoised.psnr: committed"):
        compare(tolerant.folder, far.folder)


@pytest.mark.parametrize(
    ("name", "keys", "value", "words"),
    [
        (SUMMARY, ("flipped",), 61, "flipped: committed"),
        (SUMMARY, ("noisy", "psnr"), 0.001, "noisy.psnr: committed"),  # owes nothing to the training
        (SUMMARY, ("images",), 1, "images: committed 359, here 360"),
        (SUMMARY, ("dataset",), "mnist", "dataset: committed digits, here mnist"),
        (SUMMARY, ("intervals", "denoised", "psnr", "low"), 5.0, "denoised.psnr: .* is not between"),
        (SUMMARY, ("provenance", "data", "splits", "test", "sha256"), "0" * 64, "provenance.data.splits.test.sha256"),
        (SUMMARY, ("provenance", "models", "denoiser", "md5"), "0" * 32, "was made from a model of another hash"),
        ("reports/metrics.json", ("denoised", "psnr"), float("nan"), "denoised.psnr: committed .*, here nan"),
    ],
)
def test_no_value_may_be_changed_beyond_its_tolerance(
    name: str, keys: tuple[str, ...], value: Any, words: str, tolerant: Checkout, tmp_path: Path
) -> None:
    other = Elsewhere(tolerant, tmp_path / "other")
    other.change(name, keys, value)
    with pytest.raises(DenoisingError, match=words):
        compare(tolerant.folder, other.folder)


def test_every_table_is_compared(tolerant: Checkout, tmp_path: Path) -> None:
    for number, name in enumerate(["classes", "methods", "noise_sweep", "noise_types", "psnr_histogram"]):
        other = Elsewhere(tolerant, tmp_path / str(number))
        path = f"reports/evaluation/{name}.csv"
        head, *rows = (tolerant.folder / path).read_text().splitlines()
        for row in rows:
            *others, value = row.split(",")
            changed = ",".join([*others, f"{2 * float(value.replace('nan', '0')) + 1}"])
            other.write(path, "\n".join([head, *(changed if line == row else line for line in rows)]) + "\n")
            with pytest.raises(DenoisingError, match=rf"{path}: "):
                compare(tolerant.folder, other.folder)


def test_zeroed_hashes_are_refused(tolerant: Checkout, tmp_path: Path) -> None:
    for path in ("models/classifier.h5", "reports/evaluation/images.csv"):
        Elsewhere(tolerant, tmp_path / path.replace("/", "-")).relock(path, "0" * 32)
        with pytest.raises(DenoisingError, match=rf"{path}: "):
            compare(tolerant.folder, tmp_path / path.replace("/", "-"))
    several = Elsewhere(tolerant, tmp_path / "several")
    several.relock("data/baselines", "0" * 32)
    several.relock("reports/training/summary.json", "0" * 32)
    with pytest.raises(DenoisingError, match="which is no hash of its own"):
        compare(several.folder, tolerant.folder)


def test_prepared_data_may_not_differ_on_any_machine(tolerant: Checkout, tmp_path: Path) -> None:
    other = Elsewhere(tolerant, tmp_path / "other")
    other.relock("data/prepared", "1" * 31 + "2")
    with pytest.raises(DenoisingError, match="do not depend on the training: data/prepared"):
        compare(tolerant.folder, other.folder)


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
