"""Tells how the training goes: a progress bar, a line an epoch, a log file, and DVCLive's curves."""

import time
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from dvclive import Live
from scmrepo.exceptions import SCMError
from tqdm import tqdm

from stages.lib.backend import keras
from stages.lib.failure import Mistake


class Diary(keras.callbacks.Callback):
    """Keras callback that records every epoch, counted from 1; raises Mistake when the loss is no longer a number."""

    def __init__(self, *, live: Live, log: TextIO) -> None:
        super().__init__()
        self._live = live
        self._log = log

    def note(self, line: str) -> None:
        """Print a line, and keep it in the log file."""
        tqdm.write(line)
        print(line, file=self._log, flush=True)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = time.monotonic()
        name = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._bar = tqdm(total=self.params["steps"], desc=name, unit=" steps", ncols=88, leave=False, disable=None)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._bar.update()
        if batch % 20 == 0:
            self._bar.set_postfix_str(f"loss {logs['loss']:.4f}", refresh=False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._bar.close()
        if not np.isfinite(list(logs.values())).all():
            raise Mistake(f"The loss became {logs['loss']} in epoch {epoch + 1}. Lower train.learning_rate.")
        self._live.step = epoch + 1
        for name, value in logs.items():
            split, metric = ("validation", name[4:]) if name.startswith("val_") else ("train", name)
            self._live.log_metric(f"{split}/{metric}", round(float(value), 7))
        self._live.make_summary()
        self.note(
            f"epoch {epoch + 1:>3}/{self.params['epochs']}  {time.monotonic() - self._began:5.1f} s"
            f"  loss {logs['loss']:.5f}  validation loss {logs['val_loss']:.5f}"
            f"  validation PSNR {-10 * np.log10(logs['val_mse']):.2f} dB (of the mean MSE)"
        )


def open_live(folder: Path) -> Live:
    """Return a DVCLive logger that writes to `folder` and leaves dvc.yaml, experiments and reports to DVC."""
    try:
        return Live(dir=str(folder), save_dvc_exp=False, dvcyaml=None, report=None, monitor_system=False)
    except SCMError as error:
        raise Mistake("This Git repository has no commit yet, and DVCLive needs one: `git commit` first.") from error
