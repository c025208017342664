"""What the workers tell each other before a training: who they are, what each would train, and why one has failed."""

from collections.abc import Callable, Mapping

from denoising.cluster.members import Cluster

WORKER, FACTS, STATE_BYTES, START = "worker", "facts", "state_bytes", "start"  # the keys of messages
ADDRESSES = "addresses in TF_CONFIG"  # one of the facts
Facts = Mapping[str, str]  # checksums, by what they are of


def known_facts(cluster: Cluster, facts: Callable[[], Facts]) -> dict[str, str]:
    """Return what has to be the same for all workers."""
    return {**facts(), ADDRESSES: ", ".join(cluster.addresses)}


def failure(cluster: Cluster, error: BaseException) -> str:
    """Return why this worker has ended, as the others are told."""
    what = "was interrupted" if isinstance(error, KeyboardInterrupt) else f"has failed: {str(error).rstrip('.')}"
    return f"{cluster.name(cluster.worker)} {what}"
