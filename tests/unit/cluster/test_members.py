import json
from typing import Any

import numpy as np
import pytest

from denoising.cluster.members import ALONE, Cluster, read_cluster
from denoising.errors import DenoisingError


def config(kind: str = "worker", index: int = 0, **groups: Any) -> str:
    return json.dumps({"cluster": groups, "task": {"type": kind, "index": index}})


def test_workers_are_numbered_and_a_chief_is_the_first() -> None:
    assert read_cluster("") == read_cluster(" ") == ALONE
    assert read_cluster(config(worker=["one:1", "two:2"], index=1)) == Cluster(("one:1", "two:2"), 1)
    assert read_cluster(config(worker=["one:1", "two:2"], chief=["top:3"], index=1)).worker == 2
    assert read_cluster(config(worker=["one:1"], chief=["top:3"], kind="chief")).leads
    assert read_cluster(config(worker=["[::1]:1", "[::1]:2"])).addresses == ("[::1]:1", "[::1]:2")


def test_a_worker_is_named_as_in_its_description() -> None:
    assert read_cluster(config(worker=["one:1", "two:2"])).name(1) == "worker 1 (two:2)"
    with_chief = read_cluster(config(worker=["one:1"], chief=["top:3"]))
    assert [with_chief.name(0), with_chief.name(1)] == ["chief (top:3)", "worker 0 (one:1)"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"worker"',
        "{}",
        config(worker=["one:1"], index=1),
        config(worker=["one"]),
        config(worker=["one:0"]),
        config(worker=["one:70000"]),
        config(worker=5),
        config(worker=["one:1"], kind="evaluator"),
        config(worker=["one:1"], ps=["two:2"]),
        config(worker=["one:1", "one:1"]),
    ],
)
def test_what_does_not_name_workers_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(DenoisingError, match="TF_CONFIG"):
        read_cluster(text)


@pytest.mark.parametrize(("count", "batch_size", "workers"), [(20, 8, 2), (21, 8, 3), (5, 8, 3), (2, 2, 3), (7, 1, 1)])
def test_the_shares_of_all_workers_are_the_examples_of_every_batch(count: int, batch_size: int, workers: int) -> None:
    indices = np.random.default_rng(1).permutation(count)
    addresses = tuple(f"host:{number + 1}" for number in range(workers))
    shards = [Cluster(addresses, worker).shard(indices, batch_size=batch_size) for worker in range(workers)]
    firsts = [0] * workers
    for start in range(0, count, batch_size):
        batch = indices[start : start + batch_size]
        for worker, shard in enumerate(shards):
            own = batch[worker::workers]
            np.testing.assert_array_equal(shard[firsts[worker] : firsts[worker] + len(own)], own)
            firsts[worker] += len(own)
    assert sorted(np.concatenate(shards).tolist()) == list(range(count))
