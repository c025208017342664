"""Downloads one file over HTTP from the first mirror that serves it; slow, silent and endless mirrors are abandoned."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import requests
import urllib3
from tqdm import tqdm

from denoising.datasets import idx
from denoising.errors import DenoisingError
from denoising.io.atomic import replacing

TOTAL_SECONDS = 24  # that all mirrors together may waste; below the half minute that users are promised
MAX_SECONDS = 6  # that one mirror may take to answer, or may be too slow
MIN_BYTES_PER_SECOND = 20_000
CHUNK_BYTES = 2**16


def download(mirrors: list[str], *, target: Path, limit: int, check: Callable[[bytes, str], object]) -> None:
    """Write the file with the name of `target` there, from the first mirror whose copy passes `check`.

    `check` is given content and address, and raises `DenoisingError` for a wrong file. No more than `limit` bytes are
    accepted.

    Raises:
        LookupError: when no mirror has a right copy, with a list of one line for each mirror.
    """
    seconds = min(MAX_SECONDS, TOTAL_SECONDS / len(mirrors))
    failures: list[str] = []
    for mirror in mirrors:
        url = mirror + target.name
        try:
            with replacing(target) as (partial,):
                _fetch(url, partial, seconds=seconds, limit=limit)
                content = partial.read_bytes()
                inner = _unwrapped(content, limit=limit, name=url)
                if inner != content:
                    partial.write_bytes(inner)
                check(inner, url)
            return
        except DenoisingError as error:
            failures.append(str(error))
        except (requests.RequestException, urllib3.exceptions.HTTPError, TimeoutError, ValueError) as error:
            failures.append(f"{url}: {_reason(error)}")
    raise LookupError(failures)


def _unwrapped(content: bytes, *, limit: int, name: str) -> bytes:
    """Return the gzip file in a gzip file, which a server makes that compresses what is compressed already."""
    inner = idx.decompress(content, limit=limit, name=name)
    return inner if inner.startswith(idx.GZIP_MAGIC) else content


def _fetch(url: str, partial: Path, *, seconds: float, limit: int) -> None:
    """Download `url` in a thread that is watched from here: one time limit for name lookup, headers and content."""
    errors: list[Exception] = []
    cancelled = Event()
    bar = tqdm(desc=url.rpartition("/")[2], total=0, unit="B", unit_scale=True, ncols=88, disable=None)
    received = 0

    def fetch() -> None:
        nonlocal received
        try:
            # The content as it is stored: a file that is served with Content-Encoding: gzip must not be unpacked.
            headers = {"Accept-Encoding": "gzip"}
            with (
                partial.open("wb") as file,  # before the answer: the next mirror's file has the same name
                requests.get(url, headers=headers, timeout=TOTAL_SECONDS, stream=True) as response,
            ):
                response.raise_for_status()
                size = response.headers.get("Content-Length", "")
                bar.total = int(size) if size.isdecimal() else 0
                for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
                    received += len(chunk)
                    if received > limit:
                        raise DenoisingError(f"{url} is larger than the {limit:,} bytes that it may have.")
                    if cancelled.is_set():
                        return
                    file.write(chunk)
                    bar.update(len(chunk))
        except Exception as error:  # handed to the thread that waits
            errors.append(error)

    thread = Thread(target=fetch, daemon=True)
    began = time.monotonic()
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            passed = time.monotonic() - began
            if passed > seconds and received < MIN_BYTES_PER_SECOND * passed and thread.is_alive():
                speed = f"too slow, {received / passed:,.0f} bytes a second"
                raise TimeoutError(speed if received else f"no answer within {seconds:.0f} seconds")
    finally:
        cancelled.set()
        bar.close()
    if errors:
        raise errors.pop()  # no name for it here: the socket behind it is closed with the last reference


def _reason(error: Exception) -> str:
    """Return in a few words what a person can act on."""
    if isinstance(error, requests.HTTPError):
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, TimeoutError):
        return str(error)
    if isinstance(error, requests.exceptions.MissingSchema | requests.exceptions.InvalidSchema):
        return "the address should begin with http:// or https://"
    if isinstance(error, requests.exceptions.InvalidURL | urllib3.exceptions.LocationValueError):
        return "this is not a valid address"
    if isinstance(error, requests.TooManyRedirects):
        return "too many redirects"
    text = str(error)
    for sign, reason in {
        "resolve": "the host name could not be resolved",
        "refused": "connection refused",
        "timed out": "no answer in time",
        "Timeout": "no answer in time",
        "IncompleteRead": "the connection was interrupted",
        "reset": "the connection was interrupted",
        "aborted": "the connection was interrupted",
        "certificate": "the certificate was not accepted",
        "SSL": "no secure connection could be made",
        "proxy": "the proxy could not be reached",
    }.items():
        if sign in text:
            return reason
    return "the download failed"
