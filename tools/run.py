"""Run the pipeline; where no copy of MNIST can be reached, on the embedded digits. This is `make run`."""

import re
import subprocess
import sys

from stages.check import SECTIONS
from stages.lib import failure
from stages.lib.failure import Mistake
from stages.lib.parameters import PARAMS, document_mistakes, read_document, read_section, refuse
from stages.lib.prepare.cache import load_arrays
from stages.lib.prepare.parameters import PrepareParameters

DVC = (sys.executable, "-m", "dvc")


def main() -> None:
    refuse(document_mistakes(read_document(), SECTIONS))
    allow_missing_git()
    source = read_section("prepare", PrepareParameters).source
    if source == "mnist" and not is_prepared():
        try:
            load_arrays(source)
        except Mistake as mistake:
            choose_digits()
            print(f"{mistake}\n\nGoing on with the embedded digits: prepare.source in {PARAMS} is now digits.")
            print(f"Once a copy of MNIST is at hand, set it back to mnist (`git checkout {PARAMS}`) and run again.\n")
    subprocess.run([*DVC, "repro"], check=True)
    print("\nLook at reports/figures/ and reports/metrics.json. Then change a number in params.yaml: `dvc repro`.")
    print("(`. .venv/bin/activate` once in each terminal puts dvc on your path.)")


def allow_missing_git() -> None:
    """Let DVC work in a download that is no Git repository; experiments and comparisons need one."""
    inside = subprocess.run(["git", "rev-parse", "--is-inside-work-tree"], capture_output=True, check=False)
    if inside.returncode:
        subprocess.run([*DVC, "config", "--local", "core.no_scm", "true"], check=True)
        print("This folder is no Git repository. The pipeline runs; to compare experiments, clone the repository.")


def is_prepared() -> bool:
    """Say whether the prepared data is there and up to date, so that no source is needed."""
    return not subprocess.run([*DVC, "status", "--quiet", "prepare"], check=False).returncode


def choose_digits() -> None:
    """Set prepare.source to digits in params.yaml and leave every other character as it is."""
    text = PARAMS.read_text(encoding="utf-8")
    changed = re.sub(r"^(  source: *)mnist( ?)", r"\1digits", text, count=1, flags=re.MULTILINE)
    PARAMS.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    failure.run(main)
