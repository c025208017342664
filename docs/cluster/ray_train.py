"""Train with several workers of a Ray cluster, whose nodes share the folder of the clone.

    pip install 'ray[train]'
    python docs/cluster/ray_train.py WORKERS

Ray Train names the workers in TF_CONFIG. Worker 0 runs the stage in DVC; the others take part in it.
"""

import subprocess
import sys
from pathlib import Path

from ray import train
from ray.train import ScalingConfig
from ray.train.tensorflow import TensorflowTrainer

CLONE = Path(__file__).resolve().parents[2]
TRAIN = ["dvc", "repro", "--force", "--single-item", "train"]


def work(settings: dict[str, str]) -> None:
    """Run this worker's command; raises where it fails, so that Ray ends the others."""
    program = TRAIN if train.get_context().get_world_rank() == 0 else ["stages.train"]
    subprocess.run([settings["python"], "-m", *program], cwd=settings["clone"], check=True)


def dvc(*arguments: str) -> str:
    """Run DVC on this node, and return what it prints."""
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=CLONE, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    dvc("repro", "prepare")
    if dvc("status", "--json", "train").strip() != "{}":
        TensorflowTrainer(
            work,
            train_loop_config={"python": sys.executable, "clone": str(CLONE)},
            scaling_config=ScalingConfig(num_workers=int(sys.argv[1]), placement_strategy="SPREAD"),
        ).fit()
    dvc("repro")
