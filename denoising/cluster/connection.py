"""Connects the workers of a training, and ends it with a sentence when one of them fails.

Worker 0 waits at its own address, where TensorFlow listens later. Each other worker tells it what it would train, and
is told when to start and from what state. From then on every connection carries a sign of life a second.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from denoising.cluster.members import Cluster
from denoising.errors import DenoisingError

LIFE_SECONDS = 1.0  # between signs of life
SILENCE_SECONDS = 15.0  # after which a worker is given up; on a busy machine signs of life come late
MAX_LINE = 2**16  # bytes of a message
FAILED, DONE, ALIVE = "failed", "done", "alive"  # the keys of messages
AGAIN = "Start all workers again; the training resumes after its last complete epoch."


@dataclass
class Peer:
    """A connection to another worker: messages, each a line of JSON, and bytes."""

    worker: int
    socket: socket.socket
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Mapping[str, Any], content: bytes = b"") -> None:
        """Send a message, and bytes after it."""
        with self._lock:
            self.socket.sendall(json.dumps(message).encode() + b"\n" + content)

    def message(self) -> dict[str, Any]:
        """Return the next message.

        Raises:
            OSError: when the connection has ended, or there is none in time.
            ValueError: when something else is sent.
        """
        line = bytearray()
        while not line.endswith(b"\n"):
            line += self.content(1)
            if len(line) > MAX_LINE:
                raise ValueError("too long a line")
        message = json.loads(line)
        if not isinstance(message, dict):
            raise ValueError("no message")
        return message

    def content(self, count: int) -> bytes:
        """Return the next bytes; raises OSError where the connection ends before."""
        content = bytearray()
        while len(content) < count:
            part = self.socket.recv(min(2**20, count - len(content)))
            if not part:
                raise ConnectionResetError
            content += part
        return bytes(content)


class Workers:
    """The workers that this one is connected to: worker 0 to all, the others to worker 0."""

    def __init__(self, cluster: Cluster, peers: list[Peer]) -> None:
        self._cluster, self._peers = cluster, peers
        self._over = threading.Event()  # here
        self._done = threading.Event()  # on worker 0
        for peer in peers:
            peer.socket.settimeout(SILENCE_SECONDS)
            for run in (self._listen, self._send_life):
                threading.Thread(target=run, args=(peer,), daemon=True).start()

    def end(self, why: str = "") -> None:
        """Tell the others that the training is over here, or why it failed."""
        self._over.set()
        for peer in self._peers:
            with suppress(OSError):
                peer.send({FAILED: why} if why else {DONE: True})

    def wait_for_end(self) -> None:
        """Return when worker 0 has written everything."""
        while not self._done.wait(LIFE_SECONDS):
            pass

    def explain(self, error: Exception) -> NoReturn:
        """Raise what an error of TensorFlow means here; where a worker has gone, its connection tells before that.

        Without other workers it is raised as it is.
        """
        if not self._peers:
            raise error
        time.sleep(SILENCE_SECONDS + 2 * LIFE_SECONDS)
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise DenoisingError(f"The workers cannot compute together: {reason}") from error

    def _send_life(self, peer: Peer) -> None:
        while not self._over.wait(LIFE_SECONDS):
            with suppress(OSError):
                peer.send({ALIVE: True})

    def _listen(self, peer: Peer) -> None:
        name, why = self._cluster.name(peer.worker), ""
        while not why:
            try:
                message = peer.message()
            except TimeoutError:
                why = f"{name} has been silent for {SILENCE_SECONDS:.0f} seconds"
            except (OSError, ValueError):
                why = f"{name} has ended"
            else:
                if DONE in message:
                    self._done.set()
                    return
                why = str(message.get(FAILED, "")).rstrip(".")
        if not self._over.is_set():
            self.end(why)
            print(f"\nThe training has ended: {why}. {AGAIN}", file=sys.stderr, flush=True)
            os._exit(1)  # native code may wait for the worker for ever
