"""Tells how the training goes: a progress bar, a line an epoch, a log file, and DVCLive's curves."""

import math
import time
from pathlib import Path
from typing import Any, TextIO

from dvclive import Live
from scmrepo.exceptions import SCMError
from tqdm import tqdm

from stages.lib.failure import Mistake
from stages.lib.train.checkpoint import Epoch


class Diary:
    """Records every epoch, counted from 1."""

    def __init__(self, *, live: Live, log: TextIO, epochs: int, images: int) -> None:
        self._live, self._log, self._epochs, self._images = live, log, epochs, images
        self._last = ""  # what is known of the epoch before, for the bar

    def note(self, line: str) -> None:
        """Print a line, and keep it in the log file."""
        tqdm.write(line)
        print(line, file=self._log, flush=True)

    def begin(self, epoch: int) -> "tqdm[Any]":
        """Return the progress bar of an epoch, to be moved on by the images seen."""
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

    def end(self, epoch: int, measured: Epoch, *, best: bool) -> None:
        """Record what was measured of an epoch; raise Mistake where it is no number."""
        for name, value in measured.items():
            if not math.isfinite(value):
                raise Mistake(
                    f"{name} became {value} in epoch {epoch}. Lower train.learning_rate, or change train.loss."
                )
        self.recall(epoch, measured)
        self._last = "validation PSNR {validation/psnr:.2f} dB, SSIM {validation/ssim:.3f}".format(**measured)
        self.note(
            f"epoch {epoch:>3}/{self._epochs}  {time.monotonic() - self._began:5.1f} s"
            f"  loss {measured['train/loss']:.5f}  validation loss {measured['validation/loss']:.5f}"
            f"  PSNR {measured['validation/psnr']:.2f} dB  SSIM {measured['validation/ssim']:.3f}"
            f"{'  best yet' if best else ''}"
        )

    def recall(self, epoch: int, measured: Epoch) -> None:
        """Give an epoch to DVCLive, be it of this run or of one that was interrupted."""
        self._live.step = epoch
        for name, value in measured.items():
            self._live.log_metric(name, round(value, 7))
        self._live.make_summary()

    def conclude(self, epoch: int, measured: Epoch, *, size: dict[str, int]) -> None:
        """Record which epoch is saved, and what size the model has."""
        self._live.summary["saved"] = {"epoch": epoch, "psnr": round(measured["validation/psnr"], 7), **size}
        self._live.make_summary()


def open_live(folder: Path) -> Live:
    """Return a DVCLive logger that writes to `folder` and leaves dvc.yaml, experiments and reports to DVC."""
    try:
        return Live(dir=str(folder), save_dvc_exp=False, dvcyaml=None, report=None, monitor_system=False)
    except SCMError as error:
        raise Mistake("This Git repository has no commit yet, and DVCLive needs one: `git commit` first.") from error
