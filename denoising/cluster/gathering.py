"""Worker 0's half of the rendezvous: waits for all others, compares what they would train, and sends them the state."""

import socket
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

from denoising.cluster.connection import ALIVE, FAILED, LIFE_SECONDS, Peer
from denoising.cluster.greeting import FACTS, START, STATE_BYTES, WORKER, Facts, failure
from denoising.cluster.members import Cluster
from denoising.cluster.sockets import ANSWER_SECONDS, listening_socket
from denoising.cluster.waiting import RETRY_SECONDS, Waiting
from denoising.errors import DenoisingError

GREETING_SECONDS = 2.0  # for who has connected to say who it is
SLOWEST_BYTES_A_SECOND = 2**20  # of the state that a training resumes from, to all workers together


def gather(cluster: Cluster, facts: Facts, state: bytes, waiting: Waiting) -> list[Peer]:
    """Return all other workers, when each is there and knows the state; where that fails, those that are there know.

    Raises:
        DenoisingError: when a worker is missing or has failed, or would train something else.
    """
    peers: dict[int, Peer] = {}
    try:
        with listening_socket(cluster) as server:
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
                        peers.pop(peer.worker).socket.close()
        _send_state(cluster, list(peers.values()), state)
    except BaseException as error:
        said = isinstance(error, DenoisingError)
        why = str(error) if said else f"The training cannot begin: {failure(cluster, error)}."
        for peer in peers.values():
            _tell(peer, why)
        raise
    return list(peers.values())


def _admit(cluster: Cluster, facts: Facts, connection: socket.socket, peers: dict[int, Peer]) -> None:
    """Add a worker that has connected; raises `DenoisingError` where it has failed, or would train something else."""
    connection.settimeout(GREETING_SECONDS)
    peer = Peer(0, connection)
    try:
        message = peer.message()
        peer.worker, theirs = int(message[WORKER]), dict(message[FACTS])
    except (OSError, ValueError, TypeError, KeyError):  # it is no worker
        connection.close()
        return
    connection.settimeout(ANSWER_SECONDS)
    if not 0 < peer.worker < len(cluster):
        _tell(peer, f"TF_CONFIG of {cluster.name(0)} has {len(cluster)} workers only: give all the same.")
        connection.close()
        return
    if peer.worker in peers:  # which has tried again, or is another by mistake
        _tell(peers[peer.worker], f"{cluster.name(peer.worker)} has connected once more: give each its own index.")
        peers[peer.worker].socket.close()
    peers[peer.worker] = peer
    if FAILED in message:
        raise DenoisingError(f"The training cannot begin: {message[FAILED]}.")
    other = [name for name, checksum in facts.items() if theirs.get(name) != checksum]
    if other:
        name = cluster.name(peer.worker)
        raise DenoisingError(
            f"The training cannot begin: {name} has other {' and '.join(other)} than {cluster.name(0)}."
        )


def _tell(peer: Peer, why: str) -> None:
    with suppress(OSError):
        peer.send({FAILED: why})


def _send_state(cluster: Cluster, peers: list[Peer], state: bytes) -> None:
    """Send the state to all workers side by side, and signs of life to those that have it; then all start at once."""
    served: list[Peer] = []
    with ThreadPoolExecutor(len(peers)) as threads:
        for peer in peers:
            peer.socket.settimeout(ANSWER_SECONDS + len(peers) * len(state) / SLOWEST_BYTES_A_SECOND)
        sending = {threads.submit(peer.send, {STATE_BYTES: len(state)}, state): peer for peer in peers}
        while sending:
            for sent in wait(sending, timeout=LIFE_SECONDS).done:
                peer = sending.pop(sent)
                if sent.exception():
                    raise DenoisingError(f"{cluster.name(peer.worker)} has ended, or takes the checkpoint too slowly.")
                served.append(peer)
            for peer in served:
                with suppress(OSError):
                    peer.send({ALIVE: True})
    for peer in peers:
        with suppress(OSError):  # the training tells of one that has ended
            peer.send({START: True})
