"""Run the pipeline; where no copy of MNIST can be reached, on the embedded digits. This is `make run`."""

import re
import subprocess
import sys
from pathlib import Path

from stages.check import SECTIONS
from stages.lib import failure
from stages.lib.failure import Mistake
from stages.lib.files import replacing
from stages.lib.parameters import PARAMS, document_mistakes, read_document, read_section, refuse
from stages.lib.prepare.cache import load_arrays
from stages.lib.prepare.parameters import PrepareParameters

DVC = (sys.executable, "-m", "dvc")


def main() -> None:
    refuse(document_mistakes(read_document(), SECTIONS))
    tell_dvc_about_git()
    status = subprocess.run([*DVC, "repro"], check=False).returncode
    if status and mnist_is_missing():
        choose_digits()
        print(f"\nGoing on with the embedded digits: prepare.source in {PARAMS} is now digits.")
        print("reports/ will hold the results of the digits; in a clone, `git restore .` brings those of MNIST back.")
        print("Once a copy of MNIST is at hand, set prepare.source back to mnist and run again.\n", flush=True)
        status = subprocess.run([*DVC, "repro"], check=False).returncode
    if status:
        sys.exit(status)
    print("\nOpen reports/report.html in a browser. Then change a number in params.yaml: `dvc repro`.")
    if Path(".venv").exists():
        print("(`. .venv/bin/activate` once in each terminal puts dvc on your path.)")


def tell_dvc_about_git() -> None:
    """Let DVC work in a download that is no Git repository, until it becomes one; experiments need Git."""
    inside = not subprocess.run(["git", "rev-parse"], capture_output=True, check=False).returncode
    local = Path(".dvc/config.local")
    told = local.exists() and "no_scm" in local.read_text(encoding="utf-8")
    if not inside and not told:
        subprocess.run([*DVC, "config", "--local", "core.no_scm", "true"], check=True)
        print("This folder is no Git repository. The pipeline runs; to compare experiments, clone the repository.")
    elif inside and told:
        subprocess.run([*DVC, "config", "--local", "--unset", "core.no_scm"], check=True)


def mnist_is_missing() -> bool:
    """Say whether the pipeline asks for MNIST and no copy can be had."""
    if read_section("prepare", PrepareParameters).source != "mnist":
        return False
    try:
        load_arrays("mnist")
    except Mistake:
        return True
    return False


def choose_digits() -> None:
    """Set prepare.source to digits in params.yaml and leave every other line as it is."""
    text = PARAMS.read_text(encoding="utf-8")
    changed, count = re.subn(r"^( +source: *)(['\"]?)mnist\2( ?)", r"\1digits", text, count=1, flags=re.MULTILINE)
    if not count:
        raise Mistake(f"Set prepare.source to digits in {PARAMS} and run again.")
    with replacing(PARAMS) as (partial,):
        partial.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    failure.run(main)
