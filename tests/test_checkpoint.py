import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from stages.lib.train.checkpoint import Progress, fingerprint, load_progress, save_progress

REACHED = Progress(
    history=[{"train/loss": 0.1, "validation/psnr": 1 / 3}, {"train/loss": 0.2, "validation/psnr": 20.0}],
    seconds=12.5,
    state=[np.arange(3), np.array(2.5, np.float32), *(np.full(2, number, np.uint32) for number in range(12))],
    best=[np.ones((2, 2), np.float32)],
)


def test_progress_comes_back_to_the_bit(tmp_path: Path) -> None:
    save_progress(tmp_path / "p.npz", REACHED)
    found = load_progress(tmp_path / "p.npz")
    assert found is not None
    assert (found.history, found.seconds) == (REACHED.history, REACHED.seconds)
    for ours, theirs in ((REACHED.state, found.state), (REACHED.best, found.best)):
        assert [(one.dtype, one.tobytes()) for one in ours] == [(two.dtype, two.tobytes()) for two in theirs]


def test_progress_that_is_missing_or_cut_short_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    assert load_progress(path) is None
    save_progress(path, REACHED)
    content = path.read_bytes()
    for kept in (0, 1, 31, 32, 100, 1000, -100, -1):
        path.write_bytes(content[:kept])
        assert load_progress(path) is None


def test_progress_of_which_a_bit_has_flipped_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    save_progress(path, REACHED)
    content = path.read_bytes()
    for place in range(0, len(content), 37):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        assert load_progress(path) is None


def test_the_oldest_of_many_interrupted_trainings_goes(tmp_path: Path) -> None:
    for number in range(5):
        save_progress(tmp_path / f"{number}.npz", REACHED)
        os.utime(tmp_path / f"{number}.npz", (number, number))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.npz", "3.npz", "4.npz"]


def test_parameters_machine_data_and_code_make_a_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, code = tmp_path / "data.npy", tmp_path / "code.py"
    for file in (data, code):
        file.write_text("one")
    module = ModuleType("stages.lib.code")
    module.__file__ = str(code)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    right = fingerprint({"epochs": 1}, "machine", [data])
    assert fingerprint({"epochs": 1}, "machine", [data]) == right
    assert fingerprint({"epochs": 2}, "machine", [data]) != right
    assert fingerprint({"epochs": 1}, "another", [data]) != right
    for file in (data, code):
        file.write_text("two")
        assert fingerprint({"epochs": 1}, "machine", [data]) != right
        file.write_text("one")
