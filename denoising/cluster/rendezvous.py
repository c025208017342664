"""Waits until all workers of a training are there, and have the same code, parameters and data."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from denoising.cluster.connection import ALIVE, FAILED, Peer, Workers
from denoising.cluster.members import Cluster
from denoising.errors import DenoisingError

NOTICE_SECONDS, REMINDER_SECONDS = 10.0, 60.0  # until it is said who is missing, and said again
GREETING_SECONDS = 2.0  # for who has connected to say who it is
ANSWER_SECONDS = 10.0  # for worker 0 to answer
RETRY_SECONDS = 0.2
SLOWEST_BYTES_A_SECOND = 2**20  # of the state that a training resumes from
WORKER, FACTS, STATE_BYTES = "worker", "facts", "state_bytes"  # the keys of messages
Facts = Mapping[str, str]  # checksums, by what they are of


@contextmanager
def connected(
    cluster: Cluster, facts: Callable[[], Facts], state: Callable[[], bytes], *, patience: float
) -> Iterator[tuple[Workers, bytes]]:
    """Connect the workers, and give them and the state of worker 0. Where the block fails, the others are told why.

    `facts` are asked for when worker 0 is there, and may take long; `patience`: for how many seconds the others are
    waited for.

    Raises:
        DenoisingError: when a worker is missing, or would train something else.
    """
    if len(cluster) == 1:
        yield Workers(cluster, []), state()
        return
    waiting = _Waiting(patience)
    if cluster.leads:
        content = state()
        peers = _gather(cluster, facts(), content, waiting)
    else:
        peer, content = _join(cluster, facts, waiting)
        peers = [peer]
    workers = Workers(cluster, peers)
    try:
        yield workers, content
    except BaseException as error:
        what = "was interrupted" if isinstance(error, KeyboardInterrupt) else f"has failed: {str(error).rstrip('.')}"
        workers.end(f"{cluster.name(cluster.worker)} {what}")
        raise
    workers.end()


class _Waiting:
    """Says who is missing, and ends when that takes too long."""

    def __init__(self, patience: float) -> None:
        self._began, self._patience, self._next = time.monotonic(), patience, NOTICE_SECONDS

    def for_workers(self, missing: str) -> None:
        passed = time.monotonic() - self._began
        if passed > self._patience:
            raise DenoisingError(f"Waited for {missing} for {self._patience:.0f} seconds. Start it within that time.")
        if passed > self._next:
            print(f"Waiting for {missing}.", flush=True)
            self._next += REMINDER_SECONDS


def _gather(cluster: Cluster, facts: Facts, state: bytes, waiting: _Waiting) -> list[Peer]:
    """Return all other workers, when each is there and knows the state."""
    peers: dict[int, Peer] = {}
    try:
        server = socket.create_server(_host_and_port(cluster.addresses[0]))
    except OSError as error:
        raise DenoisingError(
            f"Cannot listen as {cluster.name(0)}: {(error.strerror or str(error)).lower()}."
        ) from error
    with server:
        server.settimeout(RETRY_SECONDS)
        while missing := [cluster.name(worker) for worker in range(1, len(cluster)) if worker not in peers]:
            waiting.for_workers(", ".join(missing))
            with suppress(TimeoutError):
                connection, _ = server.accept()
                _admit(cluster, facts, connection, peers)
            for peer in list(peers.values()):
                try:
                    peer.send({ALIVE: True})
                except OSError:  # it has ended while it waited
                    del peers[peer.worker]
    for peer in peers.values():
        peer.socket.settimeout(ANSWER_SECONDS + len(state) / SLOWEST_BYTES_A_SECOND)
        try:
            peer.send({STATE_BYTES: len(state)}, state)
        except OSError as error:
            raise DenoisingError(f"{cluster.name(peer.worker)} has ended before the training began.") from error
    return list(peers.values())


def _admit(cluster: Cluster, facts: Facts, connection: socket.socket, peers: dict[int, Peer]) -> None:
    """Add a worker that has connected; raises `DenoisingError` where it would train something else."""
    connection.settimeout(GREETING_SECONDS)
    peer = Peer(0, connection)
    try:
        message = peer.message()
        peer.worker, theirs = int(message[WORKER]), dict(message[FACTS])
    except (OSError, ValueError, TypeError, KeyError):  # it is no worker
        connection.close()
        return
    if not 0 < peer.worker < len(cluster) or peer.worker in peers:
        with suppress(OSError):
            peer.send({FAILED: f"Worker {peer.worker} is there already, or not expected."})
        connection.close()
        return
    other = [name for name, checksum in facts.items() if theirs.get(name) != checksum]
    if other:
        why = f"The training cannot begin: {cluster.name(peer.worker)} has other {' and '.join(other)} than worker 0."
        for one in (peer, *peers.values()):
            with suppress(OSError):
                one.send({FAILED: why})
        raise DenoisingError(why)
    connection.settimeout(ANSWER_SECONDS)
    peers[peer.worker] = peer


def _join(cluster: Cluster, facts: Callable[[], Facts], waiting: _Waiting) -> tuple[Peer, bytes]:
    """Return worker 0, and the state that it tells."""
    while True:
        waiting.for_workers(cluster.name(0))
        try:
            _connection(cluster).close()  # worker 0 trains, so the data is there
            mine = dict(facts())
            peer = Peer(0, _connection(cluster))
            peer.send({WORKER: cluster.worker, FACTS: mine})
            message = peer.message()
            while ALIVE in message:
                message = peer.message()
            state = peer.content(int(message.get(STATE_BYTES, 0)))
        except (OSError, ValueError):  # it is not there yet, or has ended, or something else is there
            time.sleep(RETRY_SECONDS)
            continue
        if FAILED in message:
            raise DenoisingError(str(message[FAILED]))
        return peer, state


def _connection(cluster: Cluster) -> socket.socket:
    return socket.create_connection(_host_and_port(cluster.addresses[0]), timeout=ANSWER_SECONDS)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
