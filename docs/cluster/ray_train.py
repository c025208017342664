"""Train with several workers of a Ray cluster, whose nodes share the folder of the clone.

    pip install 'ray[train]'
    python docs/cluster/ray_train.py WORKERS

Ray Train names the workers in TF_CONFIG. Worker 0 runs the pipeline; the others take part in its training.
"""

import subprocess
import sys
from pathlib import Path

from ray import train
from ray.train import ScalingConfig
from ray.train.tensorflow import TensorflowTrainer

CLONE = Path(__file__).resolve().parents[2]


def work(settings: dict[str, str]) -> None:
    """Run this worker's command; raises where it fails, so that Ray ends the others."""
    program = ["dvc", "repro"] if train.get_context().get_world_rank() == 0 else ["stages.train"]
    subprocess.run([settings["python"], "-m", *program], cwd=settings["clone"], check=True)


if __name__ == "__main__":
    TensorflowTrainer(
        work,
        train_loop_config={"python": sys.executable, "clone": str(CLONE)},
        scaling_config=ScalingConfig(num_workers=int(sys.argv[1]), placement_strategy="SPREAD"),
    ).fit()
