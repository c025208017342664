"""Opens the sockets of the workers, at the addresses that TF_CONFIG names."""

import socket
from contextlib import suppress
from ipaddress import ip_address

from denoising.cluster.members import Cluster, host_and_port
from denoising.errors import DenoisingError

ANSWER_SECONDS = 10.0  # for the other side to answer


def listening_socket(cluster: Cluster) -> socket.socket:
    """Return a socket that listens at the port of this worker: on all addresses, as TensorFlow will, or on loopback.

    Raises:
        DenoisingError: when the port is taken.
    """
    host, port = host_and_port(cluster.addresses[cluster.worker])
    try:
        if _is_loopback(host):
            return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        both = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if both else socket.AF_INET
        return socket.create_server(("", port), family=family, dualstack_ipv6=both)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DenoisingError(f"Cannot listen as {cluster.name(cluster.worker)}: {reason}.") from error


def socket_to_worker_0(cluster: Cluster) -> socket.socket:
    """Return a socket that is connected to worker 0; raises OSError where it does not listen."""
    return socket.create_connection(host_and_port(cluster.addresses[0]), timeout=ANSWER_SECONDS)


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
