"""Chooses how a training is distributed over devices and machines."""

import signal
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.backend import tensorflow
from denoising.cluster.connection import AGAIN, SILENCE_SECONDS
from denoising.cluster.members import ALONE, Cluster
from denoising.cluster.time_limit import time_limit

Strategy = Any  # one of tensorflow.distribute
Sums = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def choose_strategy(cluster: Cluster = ALONE) -> Strategy:
    """Return a strategy over all workers, or over all GPUs of one where there are several, else that for one device.

    With several workers it returns when all are there. Call it before TensorFlow computes anything.
    """
    if len(cluster) > 1:
        return _over_workers(cluster)
    several = len(tensorflow.config.list_physical_devices("GPU")) > 1
    return tensorflow.distribute.MirroredStrategy() if several else tensorflow.distribute.get_strategy()


def sums_over_workers(strategy: Strategy, cluster: Cluster) -> Sums:
    """Return a function of float64 numbers that gives every worker their sums over all of them."""
    if len(cluster) == 1:
        return lambda values: values
    devices = strategy.num_replicas_in_sync // len(cluster)

    @tensorflow.function(autograph=False)
    def sums(values: object) -> object:
        return strategy.reduce("SUM", strategy.run(lambda: values), axis=None)

    return lambda values: np.asarray(sums(tensorflow.constant(values, "float64"))) / devices


def _over_workers(cluster: Cluster) -> Strategy:
    spec = tensorflow.train.ClusterSpec({"worker": list(cluster.addresses)})
    resolver = tensorflow.distribute.cluster_resolver.SimpleClusterResolver(
        spec, task_type="worker", task_id=cluster.worker, rpc_layer="grpc"
    )
    names = ", ".join(map(cluster.name, range(len(cluster))))
    late = f"{names} have not connected within {SILENCE_SECONDS:.0f} seconds: one has ended, or cannot be reached."
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # it waits in native code, where no Python runs, in any thread
    try:
        with time_limit(SILENCE_SECONDS, f"The training has ended: {late} {AGAIN}"):
            return tensorflow.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    finally:
        for number, handler in handlers.items():  # TensorFlow takes SIGTERM for itself
            signal.signal(number, handler)
