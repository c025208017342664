import socket
import subprocess
import sys

import pytest

WORKER = """
import sys, time
from denoising.cluster import gathering
from denoising.cluster.members import Cluster
from denoising.cluster.rendezvous import connected

gathering.GREETING_SECONDS = 0.1
cluster = Cluster(tuple(sys.argv[2:]), int(sys.argv[1]))

def facts():
    print("reads its data", flush=True)
    time.sleep(0 if cluster.leads else 1)
    return {"data": "one"}

with connected(cluster, facts, lambda: b"the state", patience=20) as (workers, state):
    print(state.decode())
    if not cluster.leads:
        workers.wait_for_end()
"""


def free(host: str = "127.0.0.1") -> str:
    """Return the address of a port that is free."""
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        return f"[{host}]:{server.getsockname()[1]}" if ":" in host else f"{host}:{server.getsockname()[1]}"


def started(number: int, addresses: list[str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WORKER, str(number), *addresses]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_worker_whose_data_takes_long_to_read_is_waited_for(host: str) -> None:
    try:
        addresses = [free(host), free(host)]
    except OSError:
        pytest.skip(f"this machine has no {host}")
    workers = [started(number, addresses) for number in range(2)]
    try:
        assert [worker.communicate(timeout=30) for worker in workers] == [("reads its data\nthe state\n", "")] * 2
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [0, 0]


def test_workers_that_know_of_different_workers_do_not_begin() -> None:
    addresses = [free(), free(), free()]
    workers = [started(0, addresses[:2]), started(1, [addresses[0], addresses[2]]), started(2, addresses)]
    try:
        said = [worker.communicate(timeout=30)[1] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    other = f"worker 1 ({addresses[1]}) has other addresses in TF_CONFIG than worker 0 ({addresses[0]})."
    assert f"The training cannot begin: {other}" in said[0]
    assert other in said[1]


def test_a_worker_that_is_not_expected_is_told_so() -> None:
    addresses = [free(), free(), free()]
    workers = [started(0, addresses[:2]), started(2, addresses)]
    try:
        assert f"TF_CONFIG of worker 0 ({addresses[0]}) has 2 workers only" in workers[1].communicate(timeout=30)[1]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def test_of_two_that_say_they_are_the_same_worker_the_first_is_told_so() -> None:
    addresses = [free(), free(), free()]
    first = started(1, addresses)
    workers = [first, started(0, addresses)]
    try:
        assert first.stdout
        assert first.stdout.readline() == "reads its data\n"
        with pytest.raises(subprocess.TimeoutExpired):
            first.communicate(timeout=5)  # it is there a second later, long before another could be
        workers.append(started(1, [*addresses[:1], free(), addresses[2]]))
        assert "has connected once more: give each its own index" in first.communicate(timeout=30)[1]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
