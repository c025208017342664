"""Measure how far retraining ends from the committed metrics: by other instructions, another seed, one epoch less.

    python -m benchmarks.spread [VARIANT ...]

The tolerances of tools/verify.py rest on this. Each variant trains on the committed parameters in a clean clone.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.scratch import clone
from stages.lib.tables import read_summary

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
    with tempfile.TemporaryDirectory(prefix="spread-") as name:
        folder = clone(Path(name) / "clone")
        run("prepare", folder, {})
        run("filter", folder, {})
        parameters = folder / "params.yaml"
        text = parameters.read_text(encoding="utf-8")
        for variant in sys.argv[1:] or VARIANTS:
            environment, change = VARIANTS[variant]
            parameters.write_text(re.sub(*change, text, count=1) if change else text, encoding="utf-8")
            for stage in ("train", "classify", "evaluate"):
                run(stage, folder, environment)
            found = results(folder)
            cells = [f"{found[metric] - value:+.5f}" for metric, value in committed.items()]
            print(f"| {variant} | {' | '.join(cells)} |", flush=True)


def results(checkout: Path) -> dict[str, float]:
    """Return what a training decides of the metrics."""
    metrics = read_summary(checkout / "reports/metrics.json")
    return {**metrics["denoised"], **{name: metrics[name] for name in ("repaired", "flipped")}}


def run(stage: str, folder: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", f"stages.{stage}"]
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
