"""The workers of one training, as TF_CONFIG names them, and which examples each of them takes."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.batching import batches
from denoising.errors import DenoisingError

CHIEF, WORKER = "chief", "worker"  # the kinds of TF_CONFIG
TF_CONFIG = "TF_CONFIG"  # the environment variable that names the workers of a training, and this one
FORM = '{"cluster": {"worker": ["one:2222", "two:2222"]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """The addresses HOST:PORT of all workers, and which of them this process is. Worker 0 alone writes results.

    With a chief, that is worker 0, and worker 0 of TF_CONFIG is worker 1.
    """

    addresses: tuple[str, ...] = ("",)
    worker: int = 0
    has_chief: bool = False

    def __len__(self) -> int:
        return len(self.addresses)

    @property
    def leads(self) -> bool:
        """Say whether this is worker 0."""
        return self.worker == 0

    def name(self, worker: int) -> str:
        """Return a worker as messages name it: as TF_CONFIG does."""
        kind = "chief" if self.has_chief and not worker else f"worker {worker - self.has_chief}"
        return f"{kind} ({self.addresses[worker]})"

    def shard(self, indices: NDArray[np.int64], *, batch_size: int) -> NDArray[np.int64]:
        """Return what this worker takes of each batch of `indices`."""
        if len(self) == 1:
            return indices
        parts = [indices[part][self.worker :: len(self)] for part in batches(len(indices), size=batch_size)]
        return np.concatenate(parts)


ALONE = Cluster()


def read_cluster(text: str) -> Cluster:
    """Return the cluster that TF_CONFIG describes: one worker where it is empty.

    Raises:
        DenoisingError: when it is no such description.
    """
    if not text.strip():
        return ALONE
    try:
        described = json.loads(text)
        groups, task = described["cluster"], described["task"]
        if other := {*groups, task["type"]} - {CHIEF, WORKER}:
            raise DenoisingError(f"TF_CONFIG names {', '.join(sorted(other))}: only chief and worker are supported.")
        addresses = [(kind, number, _address(one)) for kind in groups for number, one in enumerate(groups[kind])]
        ordered = sorted(addresses, key=lambda one: (one[0] != CHIEF, one[1]))
        mine = [(kind, number) for kind, number, _ in ordered].index((task["type"], int(task.get("index", 0))))
    except DenoisingError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DenoisingError(
            f"TF_CONFIG does not name the workers and the task of this machine. Form: {FORM}"
        ) from error
    names = tuple(address for _, _, address in ordered)
    if len(set(names)) < len(names):
        raise DenoisingError("TF_CONFIG gives two workers the same address.")
    return Cluster(names, mine, has_chief=bool(groups.get(CHIEF)))


def host_and_port(address: str) -> tuple[str, int]:
    """Return the parts of HOST:PORT or [IPV6]:PORT; raises ValueError where it is neither."""
    host, _, port = address.rpartition(":")
    if not host or not 0 < int(port) < 2**16:
        raise ValueError(address)
    return host.removeprefix("[").removesuffix("]"), int(port)


def _address(text: Any) -> str:
    host_and_port(str(text))
    return str(text)
