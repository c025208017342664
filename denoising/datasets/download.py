"""Downloads one file over HTTP from the first mirror that serves it; slow and silent mirrors are abandoned."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pooch
import requests
from tqdm import tqdm

from denoising.errors import DenoisingError
from denoising.io.atomic import replacing

TOTAL_SECONDS = 24  # that all mirrors together may waste; below the half minute that users are promised
MAX_SECONDS = 6  # that one mirror may take to answer, or may be too slow
MIN_BYTES_PER_SECOND = 20_000


class DownloadBar(tqdm):  # type: ignore[type-arg]
    """The progress bar that pooch advances; once `cancelled` is set, it ends the download."""

    def __init__(self, name: str) -> None:
        super().__init__(desc=name, total=0, unit="B", unit_scale=True, ncols=88, disable=None)
        self.cancelled = Event()
        self.received = 0

    def __bool__(self) -> bool:
        return True  # pooch asks whether there is a bar, not whether it has a length

    def update(self, n: float | None = 1) -> bool | None:
        if self.cancelled.is_set():
            raise TimeoutError
        self.received += int(n or 0)
        return super().update(n)


def download(name: str, *, mirrors: list[str], target: Path, check: Callable[[bytes, str], object]) -> None:
    """Write the file `name` to `target`, from the first mirror whose copy passes `check`.

    `check` is given content and address, and raises `DenoisingError` for a wrong file.

    Raises:
        LookupError: when no mirror has a right copy, with a list of one line for each mirror.
    """
    pooch.get_logger().setLevel(logging.WARNING)
    seconds = min(MAX_SECONDS, TOTAL_SECONDS / len(mirrors))
    failures: list[str] = []
    for mirror in mirrors:
        url = mirror + name
        try:
            with replacing(target) as (partial,):
                _fetch(url, partial, name=name, seconds=seconds)
                check(partial.read_bytes(), url)
            return
        except DenoisingError as error:
            failures.append(str(error))
        except (requests.RequestException, TimeoutError) as error:
            failures.append(f"{url}: {_reason(error)}")
    raise LookupError(failures)


def _fetch(url: str, partial: Path, *, name: str, seconds: float) -> None:
    """Download `url` in a thread that is watched from here: one time limit for name lookup, headers and content."""
    errors: list[Exception] = []
    bar = DownloadBar(name)

    def fetch() -> None:
        try:
            pooch.HTTPDownloader(progressbar=bar, timeout=TOTAL_SECONDS)(url, str(partial), None)
        except Exception as error:  # handed to the thread that waits
            errors.append(error)

    thread = Thread(target=fetch, daemon=True)
    began = time.monotonic()
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            passed = time.monotonic() - began
            if passed > seconds and bar.received < MIN_BYTES_PER_SECOND * passed and thread.is_alive():
                speed = f"too slow, {bar.received / passed:,.0f} bytes a second"
                raise TimeoutError(speed if bar.received else f"no answer within {seconds:.0f} seconds")
    finally:
        bar.cancelled.set()
        bar.close()
    if errors:
        raise errors.pop()  # no name for it here: the socket behind it is closed with the last reference


def _reason(error: Exception) -> str:
    """Return in a few words what a person can act on."""
    if isinstance(error, requests.HTTPError):
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, TimeoutError):
        return str(error)
    text = str(error)
    for sign, reason in {
        "resolve": "the host name could not be resolved",
        "refused": "connection refused",
        "timed out": "no answer in time",
        "IncompleteRead": "the connection was interrupted",
        "certificate": "the certificate was not accepted",
    }.items():
        if sign in text:
            return reason
    return type(error).__name__
