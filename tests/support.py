"""Constants and classes that several tests share."""

from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

DIGITS: dict[str, Any] = {
    "name": "digits",
    "validation_fraction": 0.1,
    "seed": 1,
    "digits_test_fraction": 0.2,
    "digits_augmented_copies": 2,
}
NOBODY = "http://127.0.0.1:9"  # the discard port, where no one listens
Serve = Callable[[type[SimpleHTTPRequestHandler], Path], str]


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder as it is, and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass
