"""The other workers' half of the rendezvous: each finds worker 0, says what it would train, and is told the state."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from typing import Any

from denoising.cluster.connection import FAILED, Peer
from denoising.cluster.greeting import FACTS, START, STATE_BYTES, WORKER, Facts, failure, known_facts
from denoising.cluster.members import Cluster
from denoising.cluster.sockets import listening_socket, socket_to_worker_0
from denoising.cluster.waiting import RETRY_SECONDS, Waiting
from denoising.errors import DenoisingError


def join(cluster: Cluster, facts: Callable[[], Facts], waiting: Waiting) -> tuple[Peer, bytes]:
    """Return worker 0, and the state that it tells.

    Raises:
        DenoisingError: when it is not there in time, or says that the training cannot begin.
    """
    while True:
        waiting.for_workers(cluster.name(0))
        try:
            socket_to_worker_0(cluster).close()
        except OSError:  # it is not there yet
            time.sleep(RETRY_SECONDS)
            continue
        greeting = _greeting(cluster, facts)  # worker 0 trains, so the data is there
        with suppress(OSError, ValueError, KeyError), ExitStack() as opened:  # it may have ended, or be something else
            peer = Peer(0, opened.enter_context(socket_to_worker_0(cluster)))
            peer.send(greeting)
            message, state = peer.message(), b""
            while START not in message and FAILED not in message:
                state = peer.content(int(message[STATE_BYTES])) if STATE_BYTES in message else state
                message = peer.message()
            if FAILED in message:
                break
            opened.pop_all()
            return peer, state
        time.sleep(RETRY_SECONDS)
    raise DenoisingError(str(message[FAILED]))


def _greeting(cluster: Cluster, facts: Callable[[], Facts]) -> dict[str, Any]:
    """Return what this worker tells worker 0; where that cannot be found out, worker 0 is told so."""
    try:
        listening_socket(cluster).close()  # TensorFlow's own message would not name the port
        return {WORKER: cluster.worker, FACTS: known_facts(cluster, facts)}
    except BaseException as error:
        with suppress(OSError), closing(socket_to_worker_0(cluster)) as connection:
            Peer(0, connection).send({WORKER: cluster.worker, FACTS: {}, FAILED: failure(cluster, error)})
        raise
