"""Fetches one file over HTTP from the first mirror that serves it; slow and silent mirrors are given up."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pooch
import requests
from tqdm import tqdm

from stages.lib.failure import Mistake
from stages.lib.files import replacing

SECONDS_TO_ANSWER = 4  # to connect, and between two pieces of the content
SECONDS_OF_GRACE = 5  # before the speed is judged
LEAST_BYTES_A_SECOND = 20_000


class MirrorBar(tqdm):  # type: ignore[type-arg]
    """A progress bar that gives up on a mirror which answers, but only trickles."""

    def __init__(self, name: str) -> None:
        super().__init__(desc=name, total=0, unit="B", unit_scale=True, ncols=88, disable=None)
        self._began = time.monotonic()
        self._received = 0.0

    def __bool__(self) -> bool:
        return True  # pooch asks whether there is a bar, not whether it has a length

    def reset(self, total: float | None = None) -> None:
        self._began = time.monotonic()  # pooch fills the bar anew when all is there
        super().reset(total)

    def update(self, n: float | None = 1) -> bool | None:
        self._received += n or 0
        seconds = time.monotonic() - self._began
        if seconds > SECONDS_OF_GRACE and self._received / seconds < LEAST_BYTES_A_SECOND:
            raise TimeoutError(f"only {self._received / seconds:,.0f} bytes a second")
        return super().update(n)


def download(name: str, *, mirrors: list[str], target: Path, check: Callable[[bytes, str], object]) -> None:
    """Write `name` to `target`, from the first mirror whose copy passes `check`, which raises Mistake on a wrong file.

    Raises:
        LookupError: when no mirror will do, with one line for each.
    """
    pooch.get_logger().setLevel(logging.WARNING)
    refusals: list[str] = []
    for mirror in mirrors:
        url = mirror + name
        try:
            with replacing(target) as partial:
                with closing(MirrorBar(name)) as bar:
                    pooch.HTTPDownloader(progressbar=bar, timeout=SECONDS_TO_ANSWER)(url, str(partial), None)
                check(partial.read_bytes(), url)
            return
        except Mistake as mistake:
            refusals.append(str(mistake))
        except (requests.RequestException, TimeoutError) as error:
            refusals.append(f"{url}: {_reason(error)}")
    raise LookupError(refusals)


def _reason(error: Exception) -> str:
    """Say in a few words what a person can act on."""
    if isinstance(error, requests.HTTPError):
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
        return f"no answer within {SECONDS_TO_ANSWER} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate was not accepted"
    if isinstance(error, TimeoutError):
        return f"too slow, {error}"
    text = str(error)
    for sign, reason in {
        "resolve": "the host's name could not be resolved",
        "refused": "connection refused",
        "Read timed out": f"silent for {SECONDS_TO_ANSWER} seconds",
        "IncompleteRead": "the connection broke off",
    }.items():
        if sign in text:
            return reason
    return type(error).__name__
