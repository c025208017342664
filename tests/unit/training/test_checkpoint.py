import os
import time
from pathlib import Path

import numpy as np

from denoising.training.checkpoint import (
    MAX_EPOCH_SECONDS,
    Checkpoint,
    parse_checkpoint,
    read_checkpoint,
    save_checkpoint,
)

REACHED = Checkpoint(
    history=[{"train/loss": 0.1, "validation/psnr": 1 / 3}, {"train/loss": 0.2, "validation/psnr": 20.0}],
    seconds=12.5,
    state=[np.arange(3), np.array(2.5, np.float32), *(np.full(2, number, np.uint32) for number in range(12))],
    best_weights=[np.ones((2, 2), np.float32)],
)


def test_a_checkpoint_is_loaded_bit_for_bit(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "p.npz", REACHED)
    found = parse_checkpoint(read_checkpoint(tmp_path / "p.npz"))
    assert (found.history, found.seconds) == (REACHED.history, REACHED.seconds)
    for ours, theirs in ((REACHED.state, found.state), (REACHED.best_weights, found.best_weights)):
        assert [(one.dtype, one.tobytes()) for one in ours] == [(two.dtype, two.tobytes()) for two in theirs]


def test_a_missing_or_truncated_checkpoint_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    assert parse_checkpoint(read_checkpoint(path)) == Checkpoint()
    save_checkpoint(path, REACHED)
    content = path.read_bytes()
    for kept in (0, 1, 31, 32, 100, 1000, -100, -1):
        path.write_bytes(content[:kept])
        assert parse_checkpoint(read_checkpoint(path)) == Checkpoint()


def test_a_checkpoint_with_a_flipped_bit_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    save_checkpoint(path, REACHED)
    content = path.read_bytes()
    for place in range(0, len(content), 37):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        assert parse_checkpoint(read_checkpoint(path)) == Checkpoint()


def test_the_oldest_checkpoints_are_deleted(tmp_path: Path) -> None:
    for number in range(5):
        save_checkpoint(tmp_path / f"{number}.npz", REACHED)
        os.utime(tmp_path / f"{number}.npz", (number, number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.npz", "3.npz", "4.npz"]


def test_a_training_that_may_go_on_beside_this_one_keeps_its_checkpoint(tmp_path: Path) -> None:
    names = [f"{number}.npz" for number in range(5)]
    for number, name in enumerate(names):
        save_checkpoint(tmp_path / name, REACHED)
        within = time.time() - MAX_EPOCH_SECONDS / 2 + number
        os.utime(tmp_path / name, (within, within))
    assert sorted(path.name for path in tmp_path.iterdir()) == names
