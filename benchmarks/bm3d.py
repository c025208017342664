"""Compare the denoiser with the classical filters and BM3D, which is an extra: a run of the committed parameters.

    python -m benchmarks.bm3d    # five to ten minutes; needs `make setup EXTRA=bm3d`

Writes benchmarks/results/methods_with_bm3d.csv, as reports/evaluation/methods.csv has it without BM3D.
"""

import shutil
import tempfile
from pathlib import Path

from benchmarks.clones import clone_with_cache
from stages.parameters.baselines import BaselinesParameters
from stages.parameters.document import read_section
from stages.paths import BENCHMARK_METHODS, EVALUATION
from stages.run import run
from tools.commands import dvc


def main() -> None:
    methods = [*read_section("baselines", BaselinesParameters).methods, "bm3d"]
    with tempfile.TemporaryDirectory(prefix="bm3d-") as folder:
        checkout = clone_with_cache(Path(folder) / "clone")
        changed = f"baselines.methods=[{','.join(methods)}]"
        dvc(checkout, "exp", "run", "-S", changed, "-S", "baselines.factors=[0.5,1.0]", "evaluate").check_returncode()
        shutil.copy(checkout / EVALUATION / "methods.csv", BENCHMARK_METHODS)


if __name__ == "__main__":
    run(main)
