"""Logs a training: a progress bar, a line per epoch, a log file, and the curves of DVCLive."""

import math
import time
from pathlib import Path
from typing import Any, TextIO

import dvc.repo  # noqa: F401 - DVCLive imports it only when it is opened, in the middle of a measured training
from dvclive import Live
from scmrepo.exceptions import SCMError
from tqdm import tqdm

from denoising.errors import DenoisingError
from denoising.training.checkpoint import EpochMetrics


class TrainingLogger:
    """Logs every epoch, counted from 1."""

    def __init__(self, *, live: Live, log: TextIO, epochs: int, images: int) -> None:
        self._live, self._log, self._epochs, self._images = live, log, epochs, images
        self._last = ""  # the metrics of the epoch before, for the progress bar

    def note(self, line: str) -> None:
        """Print a line and write it to the log file."""
        tqdm.write(line)
        print(line, file=self._log, flush=True)

    def on_epoch_begin(self, epoch: int) -> "tqdm[Any]":
        """Return the progress bar of an epoch, to be advanced by the number of images."""
        self._began = time.monotonic()
        return tqdm(
            total=self._images,
            desc=f"epoch {epoch}/{self._epochs}",
            unit=" images",
            postfix=self._last or None,
            ncols=110,
            leave=False,
            disable=None,
        )

    def on_epoch_end(self, epoch: int, measured: EpochMetrics, *, best: bool) -> None:
        """Log the metrics of an epoch.

        Raises:
            DenoisingError: when one of them is not finite.
        """
        for name, value in measured.items():
            if not math.isfinite(value):
                raise DenoisingError(
                    f"{name} became {value} in epoch {epoch}. Lower the learning rate, or choose another loss."
                )
        self.log_metrics(epoch, measured)
        self._last = "validation PSNR {validation/psnr:.2f} dB, SSIM {validation/ssim:.3f}".format(**measured)
        self.note(
            f"epoch {epoch:>3}/{self._epochs}  {time.monotonic() - self._began:5.1f} s"
            f"  loss {measured['train/loss']:.5f}  validation loss {measured['validation/loss']:.5f}"
            f"  PSNR {measured['validation/psnr']:.2f} dB  SSIM {measured['validation/ssim']:.3f}"
            f"{'  best so far' if best else ''}"
        )

    def log_metrics(self, epoch: int, measured: EpochMetrics) -> None:
        """Pass the metrics of an epoch to DVCLive, of this run or of one that was interrupted."""
        self._live.step = epoch
        for name, value in measured.items():
            self._live.log_metric(name, round(value, 7))
        self._live.make_summary()


def open_live(folder: Path) -> Live:
    """Return a DVCLive logger that writes to `folder` and leaves dvc.yaml, experiments and reports to DVC."""
    try:
        return Live(dir=str(folder), save_dvc_exp=False, dvcyaml=None, report=None, monitor_system=False)
    except SCMError as error:
        raise DenoisingError(
            "This Git repository has no commit, which DVCLive needs. Run `git commit` first."
        ) from error
