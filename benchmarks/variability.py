"""Measure how far other trainings deviate from the committed metrics: other instructions, another seed, an epoch less.

    python -m benchmarks.variability [VARIANT ...]

The tolerances of tools/verify.py are based on this. Each variant trains with the committed parameters in a clean clone.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.clones import clone
from denoising.io.tables import read_summary
from stages.paths import METRICS, PARAMS

VARIANTS: dict[str, tuple[dict[str, str], tuple[str, str] | None]] = {
    "the same again": ({}, None),
    "oneDNN with AVX2": ({"ONEDNN_MAX_CPU_ISA": "AVX2"}, None),
    "one thread": ({"TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"}, None),
    "another seed": ({}, (r"(?s)(train:.*?seed: )\d+", r"\g<1>2")),
    "one epoch less": ({}, (r"epochs: \d+", "epochs: 9")),
}


def main() -> None:
    committed = results(Path())
    print(f"| variant | {' | '.join(committed)} |\n|---{'|---' * len(committed)}|", flush=True)
    with tempfile.TemporaryDirectory(prefix="variability-") as name:
        folder = clone(Path(name) / "clone")
        run("prepare", folder, {})
        run("baselines", folder, {})
        parameters = folder / PARAMS
        text = parameters.read_text(encoding="utf-8")
        for variant in sys.argv[1:] or VARIANTS:
            environment, change = VARIANTS[variant]
            parameters.write_text(re.sub(*change, text, count=1) if change else text, encoding="utf-8")
            for stage in ("train", "classifier", "evaluate"):
                run(stage, folder, environment)
            found = results(folder)
            cells = [f"{found[metric] - value:+.5f}" for metric, value in committed.items()]
            print(f"| {variant} | {' | '.join(cells)} |", flush=True)


def results(checkout: Path) -> dict[str, float]:
    """Return the metrics that depend on the training."""
    metrics = read_summary(checkout / METRICS)
    return {**metrics["denoised"], **{name: metrics[name] for name in ("repaired", "flipped")}}


def run(stage: str, folder: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", f"stages.{stage}"]
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
