"""Run the pipeline, on the digits of scikit-learn where no copy of MNIST is available. This is `make run`."""

import re
import subprocess
import sys
from pathlib import Path

from denoising.datasets.cache import load_copy
from denoising.errors import DatasetUnavailableError, DenoisingError
from denoising.io.atomic import replacing
from stages.parameters.document import check_document, read_document, read_section
from stages.parameters.prepare import PrepareParameters
from stages.parameters.train import TrainParameters
from stages.paths import PARAMS, PREPARED, REPORT
from stages.run import run
from tools.commands import DVC
from tools.experiment import RESTORE
from tools.watched import run_dvc


def main() -> None:
    check_document(read_document())
    configure_dvc()
    if mnist_is_missing():
        choose_digits()
        print(f"\nGoing on with the digits of scikit-learn: prepare.source in {PARAMS} is now digits.")
        print(f"reports/ will have the results for the digits; in a clone, `{RESTORE}` restores those for MNIST.")
        print("To run experiments on the digits, commit them first: `git commit -am Digits`.\n")
    announce()
    if status := run_dvc("repro"):
        sys.exit(status)
    print(f"\nOpen {REPORT} in a browser. Then change a number in {PARAMS} and run `dvc repro`.")
    if Path(".venv").exists():
        print("(Run `. .venv/bin/activate` once in each terminal to put dvc on your path.)")


def announce() -> None:
    """Say what will be done, and how long that takes where the parameters are the committed ones."""
    source, train = read_section("prepare", PrepareParameters).source, read_section("train", TrainParameters)
    print(
        f"Preparing {source}, training {train.architecture} for {train.epochs} epochs, comparing it with classical "
        f"filters, and writing {REPORT}."
    )
    print("Stages whose inputs have not changed are skipped. Ctrl-C interrupts the run; the next one goes on.")
    print("With the committed parameters, the first run takes three to fifteen minutes on two cores.\n", flush=True)


def configure_dvc() -> None:
    """Configure DVC to work without Git in a folder that is not a Git repository; experiments need Git."""
    inside = not subprocess.run(["git", "rev-parse"], capture_output=True, check=False).returncode
    local = Path(".dvc/config.local")
    told = local.exists() and "no_scm" in local.read_text(encoding="utf-8")
    if not inside and not told:
        subprocess.run([*DVC, "config", "--local", "core.no_scm", "true"], check=True)
        print("This folder is not a Git repository. The pipeline runs; to compare experiments, clone the repository.")
    elif inside and told:
        subprocess.run([*DVC, "config", "--local", "--unset", "core.no_scm"], check=True)


def mnist_is_missing() -> bool:
    """Say whether MNIST is needed and not available: neither prepared, nor in a cache, nor from a mirror."""
    if read_section("prepare", PrepareParameters).source != "mnist":
        return False
    if not PREPARED.exists():
        subprocess.run([*DVC, "checkout", "--quiet", str(PREPARED)], capture_output=True, check=False)
    changed = subprocess.run([*DVC, "status", "--json", "prepare"], capture_output=True, text=True, check=False)
    if changed.stdout.strip() == "{}":
        return False
    try:
        load_copy("mnist")
    except DatasetUnavailableError as error:
        print(error)
        return True
    return False


def choose_digits() -> None:
    """Set prepare.source to digits in params.yaml and leave every other byte unchanged."""
    content = PARAMS.read_bytes()
    changed, count = re.subn(
        rb"^( +source: *)(['\"]?)mnist\2(?: (?= ))?", rb"\1digits", content, count=1, flags=re.MULTILINE
    )
    if not count:
        raise DenoisingError(f"Set prepare.source to digits in {PARAMS} and run again.")
    with replacing(PARAMS) as (partial,):
        partial.write_bytes(changed)


if __name__ == "__main__":
    run(main)
