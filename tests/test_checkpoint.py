from pathlib import Path

import numpy as np
import pytest

from stages.lib.train.checkpoint import Progress, fingerprint, load_progress, save_progress

REACHED = Progress(
    history=[{"train/loss": 0.1, "validation/psnr": 1 / 3}, {"train/loss": 0.2, "validation/psnr": 20.0}],
    state=[np.arange(3), np.array(2.5, np.float32), *(np.full(2, number, np.uint32) for number in range(12))],
    best=[np.ones((2, 2), np.float32)],
)


def test_progress_comes_back_to_the_bit(tmp_path: Path) -> None:
    save_progress(tmp_path / "p.npz", REACHED, of="this")
    found = load_progress(tmp_path / "p.npz", of="this")
    assert found is not None
    assert found.history == REACHED.history
    for ours, theirs in ((REACHED.state, found.state), (REACHED.best, found.best)):
        assert [(one.dtype, one.tobytes()) for one in ours] == [(two.dtype, two.tobytes()) for two in theirs]


def test_progress_of_another_training_is_not_used(tmp_path: Path) -> None:
    save_progress(tmp_path / "p.npz", REACHED, of="that")
    assert load_progress(tmp_path / "p.npz", of="this") is None
    assert load_progress(tmp_path / "none.npz", of="this") is None


@pytest.mark.parametrize("kept", [0, 1, 100, 3000, -1, -100])
def test_damaged_progress_is_not_used(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    save_progress(path, REACHED, of="this")
    path.write_bytes(path.read_bytes()[:kept])
    assert load_progress(path, of="this") is None


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", of=np.array("this"), history=np.array([{}], object))
    assert load_progress(tmp_path / "p.npz", of="this") is None


def test_parameters_machine_data_and_code_make_a_fingerprint(tmp_path: Path) -> None:
    data = tmp_path / "data.npy"
    data.write_bytes(b"one")
    right = fingerprint({"epochs": 1}, "machine", [data])
    assert fingerprint({"epochs": 1}, "machine", [data]) == right
    assert fingerprint({"epochs": 2}, "machine", [data]) != right
    assert fingerprint({"epochs": 1}, "another", [data]) != right
    data.write_bytes(b"two")
    assert fingerprint({"epochs": 1}, "machine", [data]) != right
