"""After one step and after six, several workers have learned what one has, with every network and optimizer."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from checkout import Checkout
from image_folders import image

from benchmarks.workers import configurations
from denoising.cluster.members import TF_CONFIG

SCRIPT = Path(__file__).parents[1] / "steps_of_workers.py"
ROUNDING = 1e-5  # of float32 outputs around 1, which the steps have moved by 0.01 to 2


def outputs(folder: Path, configurations: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the outputs before, between and after the steps of workers, by name of the setting."""
    result = folder / "outputs.npz"
    workers = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(result)],
            cwd=folder,
            env={**os.environ, TF_CONFIG: configuration},
            stderr=subprocess.PIPE,
            text=True,
        )
        for configuration in configurations
    ]
    said = [worker.communicate()[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers), said
    with np.load(result) as file:
        return dict(file)


@pytest.mark.slow
def test_two_and_three_workers_take_the_steps_of_one(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path, source="folder")
    for number in range(24):
        image(tmp_path / f"data/images/{number}.png", seed=number)
    checkout.dvc("repro", "prepare")
    alone = outputs(tmp_path, [""])
    for count in (2, 3):
        together = outputs(tmp_path, configurations(count))
        for name, (untrained, *trained) in alone.items():
            assert np.array_equal(together[name][0], untrained)
            for ours, theirs in zip(together[name][1:], trained, strict=True):
                assert np.abs(theirs - untrained).max() > 500 * ROUNDING
                if "vae" not in name:  # every worker draws numbers of its own
                    np.testing.assert_allclose(ours, theirs, atol=ROUNDING, err_msg=f"{count} workers, {name}")
        assert np.array_equal(together["vae"], together["vae again"])
        assert not np.array_equal(together["vae"][1], alone["vae"][1])
