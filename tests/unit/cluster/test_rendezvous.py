import socket
import subprocess
import sys

WORKER = """
import sys, time
from denoising.cluster import rendezvous
from denoising.cluster.members import Cluster

rendezvous.GREETING_SECONDS = 0.1
cluster = Cluster(tuple(sys.argv[2:]), int(sys.argv[1]))

def facts():
    time.sleep(0 if cluster.leads else 1)
    return {"data": "one"}

with rendezvous.connected(cluster, facts, lambda: b"the state", patience=20) as (workers, state):
    print(state.decode())
    if not cluster.leads:
        workers.wait_for_end()
"""


def test_a_worker_whose_data_takes_long_to_read_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        addresses = [f"127.0.0.1:{free.getsockname()[1]}", "127.0.0.1:1"]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, number, *addresses], stdout=subprocess.PIPE, text=True)
        for number in ("0", "1")
    ]
    try:
        assert [worker.communicate(timeout=30)[0] for worker in workers] == ["the state\n"] * 2
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [0, 0]
