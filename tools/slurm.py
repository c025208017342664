"""Print TF_CONFIG for this task of a SLURM job, where each task is a worker of one training.

export TF_CONFIG=$(python -m tools.slurm)    # in what srun starts: docs/cluster/slurm.sh
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence

from denoising.errors import DenoisingError
from stages.run import run

FIRST_PORT, PORTS = 20_000, 10_000  # chosen by the number of the job, so that two jobs on a node do not meet
PER_NODE = re.compile(r"([1-9][0-9]*)(?:\(x([1-9][0-9]*)\))?", re.ASCII)  # tasks, and on how many nodes


def main() -> None:
    try:
        nodes = os.environ["SLURM_STEP_NODELIST"]
        hosts = subprocess.run(["scontrol", "show", "hostnames", nodes], check=True, capture_output=True, text=True)
        print(configuration(os.environ, hosts.stdout.split()))
    except KeyError as error:
        raise DenoisingError(f"{error.args[0]} is not set: start this as docs/cluster/slurm.sh does.") from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise DenoisingError(f"scontrol did not return the names of the nodes: {error}.") from error


def configuration(environment: Mapping[str, str], hosts: Sequence[str]) -> str:
    """Return TF_CONFIG for the task that SLURM's variables describe, on a node of `hosts`.

    Raises:
        KeyError: when a variable is missing.
        DenoisingError: when the tasks are not numbered node by node.
    """
    counts = tasks_per_node(environment["SLURM_STEP_TASKS_PER_NODE"])
    port = FIRST_PORT + int(environment["SLURM_JOB_ID"]) * max(counts) % PORTS
    workers = [(host, number) for host, count in zip(hosts, counts, strict=True) for number in range(count)]
    task = int(environment["SLURM_PROCID"])
    if workers[task] != (hosts[int(environment["SLURM_NODEID"])], int(environment["SLURM_LOCALID"])):
        raise DenoisingError("The tasks are not numbered node by node: give srun the option --distribution=block.")
    addresses = [f"{host}:{port + number}" for host, number in workers]
    return json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": task}})


def tasks_per_node(text: str) -> list[int]:
    """Return the number of tasks on each node, from SLURM's form: 2(x3),1 is 2, 2, 2, 1."""
    parts = [PER_NODE.fullmatch(part) for part in text.split(",")]
    if not all(parts):
        raise DenoisingError(f"SLURM_STEP_TASKS_PER_NODE is {text!r}, which is no list of numbers of tasks.")
    return [int(part[1]) for part in parts if part for _ in range(int(part[2] or 1))]


if __name__ == "__main__":
    run(main)
