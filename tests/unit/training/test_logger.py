import io
from pathlib import Path

import pytest

from denoising.errors import DenoisingError
from denoising.training.logger import TrainingLogger, open_live


def test_a_loss_that_is_not_finite_ends_the_training(tmp_path: Path) -> None:
    with open_live(tmp_path) as live:
        logger = TrainingLogger(live=live, log=io.StringIO(), epochs=3, images=1)
        logger.on_epoch_begin(1).close()
        measured = {"train/loss": float("nan"), "validation/psnr": 1.0}
        with pytest.raises(DenoisingError, match=r"train/loss became nan in epoch 1. Lower the learning rate"):
            logger.on_epoch_end(1, measured, best=True)
