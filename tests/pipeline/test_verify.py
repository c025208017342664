"""What `make verify` accepts and refuses, in a small checkout on real digits."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from checkout import Checkout, stages_run

from denoising.errors import DenoisingError
from stages.paths import VARIABILITY
from tools.verify import compare

ALL = ["index", "prepare", "train", "baselines", "classifier", "evaluate", "export", "plot", "report"]
TOLERANCES = {
    "reports/metrics.json": {"denoised.psnr": 0.1},
    "reports/summary.json": {"denoised.psnr": 0.1, "flipped": 60.0},
    "reports/evaluation/methods.csv": {"flipped": 60.0, "psnr": 0.1},
}
SUMMARY = "reports/summary.json"


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
    (checkout.folder / VARIABILITY).write_text(json.dumps({"machines": {"a machine": {"tolerances": TOLERANCES}}}))
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
