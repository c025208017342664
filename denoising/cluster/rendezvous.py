"""Waits until all workers of a training are there, and have the same code, parameters and data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from denoising.cluster.connection import Workers
from denoising.cluster.gathering import gather
from denoising.cluster.greeting import Facts, failure, known_facts
from denoising.cluster.joining import join
from denoising.cluster.members import Cluster
from denoising.cluster.waiting import Waiting


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
    waiting = Waiting(patience)
    if cluster.leads:
        content = state()
        peers = gather(cluster, known_facts(cluster, facts), content, waiting)
    else:
        peer, content = join(cluster, facts, waiting)
        peers = [peer]
    workers = Workers(cluster, peers)
    try:
        yield workers, content
    except BaseException as error:
        workers.end(failure(cluster, error))
        raise
    workers.end()
