"""Fetches one file over HTTP from the first mirror that serves it; slow and silent mirrors are given up."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pooch
import requests
from tqdm import tqdm

from stages.lib.failure import Mistake
from stages.lib.files import replacing

SECONDS_FOR_ALL = 24  # that mirrors may waste together; less than the half minute that people are promised
MOST_SECONDS = 6  # that one mirror may take to begin, and may be slow for
LEAST_BYTES_A_SECOND = 20_000


class MirrorBar(tqdm):  # type: ignore[type-arg]
    """The progress bar that pooch moves; once `given_up` is set, it stops the download behind it."""

    def __init__(self, name: str) -> None:
        super().__init__(desc=name, total=0, unit="B", unit_scale=True, ncols=88, disable=None)
        self.given_up = Event()
        self.received = 0

    def __bool__(self) -> bool:
        return True  # pooch asks whether there is a bar, not whether it has a length

    def update(self, n: float | None = 1) -> bool | None:
        if self.given_up.is_set():
            raise TimeoutError
        self.received += int(n or 0)
        return super().update(n)


def download(name: str, *, mirrors: list[str], target: Path, check: Callable[[bytes, str], object]) -> None:
    """Write `name` to `target`, from the first mirror whose copy passes `check`, which raises Mistake on a wrong file.

    Raises:
        LookupError: when no mirror will do, with one line for each.
    """
    pooch.get_logger().setLevel(logging.WARNING)
    seconds = min(MOST_SECONDS, SECONDS_FOR_ALL / len(mirrors))
    refusals: list[str] = []
    for mirror in mirrors:
        url = mirror + name
        try:
            with replacing(target) as (partial,):
                _fetch(url, partial, name=name, seconds=seconds)
                check(partial.read_bytes(), url)
            return
        except Mistake as mistake:
            refusals.append(str(mistake))
        except (requests.RequestException, TimeoutError) as error:
            refusals.append(f"{url}: {_reason(error)}")
    raise LookupError(refusals)


def _fetch(url: str, partial: Path, *, name: str, seconds: float) -> None:
    """Download `url` in a thread, watched from here: names, addresses, headers and content share one time limit."""
    errors: list[Exception] = []
    bar = MirrorBar(name)

    def fetch() -> None:
        try:
            pooch.HTTPDownloader(progressbar=bar, timeout=SECONDS_FOR_ALL)(url, str(partial), None)
        except Exception as error:  # handed to the thread that waits
            errors.append(error)

    thread = Thread(target=fetch, daemon=True)
    began = time.monotonic()
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            passed = time.monotonic() - began
            if passed > seconds and bar.received < LEAST_BYTES_A_SECOND * passed and thread.is_alive():
                speed = f"too slow, {bar.received / passed:,.0f} bytes a second"
                raise TimeoutError(speed if bar.received else f"no answer within {seconds:.0f} seconds")
    finally:
        bar.given_up.set()
        bar.close()
    if errors:
        raise errors.pop()  # no name for it here: the socket behind it is closed with the last reference


def _reason(error: Exception) -> str:
    """Say in a few words what a person can act on."""
    if isinstance(error, requests.HTTPError):
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, TimeoutError):
        return str(error)
    text = str(error)
    for sign, reason in {
        "resolve": "the host's name could not be resolved",
        "refused": "connection refused",
        "timed out": "no answer in time",
        "IncompleteRead": "the connection broke off",
        "certificate": "its certificate was not accepted",
    }.items():
        if sign in text:
            return reason
    return type(error).__name__
