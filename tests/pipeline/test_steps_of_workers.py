"""After one step and six, several workers have learned what one has: each network but vae, each optimizer."""

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
    """Return the outputs before the first step, after it, and after the last, by name of the setting."""
    result = folder / "outputs.npz"
    result.unlink(missing_ok=True)
    said = [folder / f"{number}.txt" for number in range(len(configurations))]
    workers = []
    try:
        for configuration, path in zip(configurations, said, strict=True):
            with path.open("w") as errors:
                environment = {**os.environ, TF_CONFIG: configuration}
                command = [sys.executable, str(SCRIPT), str(result)]
                workers.append(subprocess.Popen(command, cwd=folder, env=environment, stderr=errors))
        statuses = [worker.wait(600) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()  # where one has failed, the others wait for it for ever
            worker.wait()
    assert statuses == [0] * len(workers), [path.read_text(errors="replace") for path in said]
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
