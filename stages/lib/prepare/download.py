"""Fetches one file over HTTP from the first mirror that serves it; slow and silent mirrors are given up."""

import logging
import time
from collections.abc import Callable
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

    def update(self, n: float | None = 1) -> bool | None:
        seconds = time.monotonic() - self._began
        if seconds > SECONDS_OF_GRACE and self.n / seconds < LEAST_BYTES_A_SECOND:
            raise TimeoutError(f"only {self.n / seconds:.0f} bytes a second")
        return super().update(n)

    _began: float

    @classmethod
    def named(cls, name: str) -> "MirrorBar":
        bar = cls(desc=name, unit="B", unit_scale=True, ncols=88, leave=True)
        bar._began = time.monotonic()
        return bar


def download(name: str, *, mirrors: list[str], target: Path, check: Callable[[bytes, str], object]) -> list[str]:
    """Write `name` from the first mirror whose copy passes `check` to `target`; return what the others answered.

    `check` raises Mistake on a wrong file. Raises LookupError, with one line a mirror, when none will do.
    """
    pooch.get_logger().setLevel(logging.WARNING)
    refusals: list[str] = []
    for mirror in mirrors:
        url = mirror + name
        try:
            with replacing(target) as partial:
                fetch = pooch.HTTPDownloader(progressbar=MirrorBar.named(name), timeout=SECONDS_TO_ANSWER)
                fetch(url, str(partial), None)
                check(partial.read_bytes(), url)
            return refusals
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
