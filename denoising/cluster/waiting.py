"""Says which workers are missing, and ends the wait when it takes too long."""

import time

from denoising.errors import DenoisingError

NOTICE_SECONDS, REMINDER_SECONDS = 10.0, 60.0  # until it is said who is missing, and said again
RETRY_SECONDS = 0.2  # between two looks


class Waiting:
    """A wait of at most `patience` seconds, from now on."""

    def __init__(self, patience: float) -> None:
        self._began, self._patience, self._next = time.monotonic(), patience, NOTICE_SECONDS

    def for_workers(self, missing: str) -> None:
        """Note that these are still missing; raises `DenoisingError` when that takes too long."""
        passed = time.monotonic() - self._began
        if passed > self._patience:
            raise DenoisingError(f"Waited for {missing} for {self._patience:.0f} seconds. Start it within that time.")
        if passed > self._next:
            print(f"Waiting for {missing}.", flush=True)
            self._next += REMINDER_SECONDS
