from pathlib import Path

import pytest

from denoising.training.checkpoint import Checkpoint
from denoising.training.history import best_epoch, finished
from stages.train import checkpoint_folder, say_if_it_learned_nothing


def history(*psnr: float) -> list[dict[str, float]]:
    return [{"validation/psnr": value} for value in psnr]


def test_the_best_epoch_is_the_first_of_the_highest_psnr() -> None:
    assert best_epoch(history(18, 20, 19, 20)) == 2


def test_training_ends_after_all_epochs_or_without_improvement() -> None:
    assert not finished([], epochs=1, patience=1)
    assert finished(history(1, 2, 3), epochs=3, patience=0)
    assert not finished(history(3, 2, 1), epochs=4, patience=0)
    assert finished(history(1, 3, 2, 1), epochs=9, patience=2)
    assert not finished(history(1, 3, 2), epochs=9, patience=2)


def test_a_training_that_is_no_better_than_its_input_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    say_if_it_learned_nothing(Checkpoint(history(8, 9.38, 9)), 9.37)
    assert capsys.readouterr().out == ""
    say_if_it_learned_nothing(Checkpoint(history(8.51, 8.5)), 9.37)
    assert "8.51 dB, that of the noisy images 9.37 dB: the network has not learned" in capsys.readouterr().out


def test_an_experiment_in_a_temporary_folder_shares_the_checkpoints_of_its_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / ".dvc/tmp/exps/tmp123"
    temporary.mkdir(parents=True)
    monkeypatch.chdir(temporary)
    assert checkpoint_folder() == tmp_path / ".dvc/tmp/training"
    monkeypatch.chdir(tmp_path)
    assert checkpoint_folder() == Path(".dvc/tmp/training")
