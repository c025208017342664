"""Servers on loopback at which DVC stores: real processes, which tests kill."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from typing import Any

import psutil
import pytest

BUCKET, USER, REGION = "bucket", "test", "us-east-1"
SECONDS_TO_START = 20
SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
"""


@dataclass
class Storage:
    """A remote: its URL, what DVC is told of it, the command that serves it, and the folder of its objects, if any."""

    url: str
    settings: dict[str, str]
    command: list[str]
    port: int
    objects: Path | None
    prepare: Callable[[], object] = lambda: None
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        if not self.command:
            return
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self.command, stdout=quiet, stderr=quiet, start_new_session=True)
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                assert self._process.poll() is None, f"{self.command} has ended"
                assert time.monotonic() < until, f"{self.command} does not answer"
                time.sleep(0.05)
        self.prepare()

    @property
    def runs(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        if self._process:
            for process in psutil.Process(self._process.pid).children(recursive=True):  # those of sshd
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            self._process.kill()
            self._process.wait()
            self._process = None

    def names(self) -> list[str]:
        """Return the names of the objects that it has, as far as DVC would see them."""
        if self.objects is None:
            return sorted(one.key for one in bucket(self.port).objects.all())
        return sorted(str(path.relative_to(self.objects)) for path in self.objects.rglob("*") if path.is_file())

    def replace(self, name: str, content: bytes) -> None:
        if self.objects is None:
            bucket(self.port).put_object(Key=name, Body=content)
            return
        path = self.objects / name
        path.unlink(missing_ok=True)  # DVC makes it read-only, and removes one that it refuses
        path.write_bytes(content)


def folder_storage(folder: Path, port: int) -> Storage:
    return Storage(str(folder / "objects"), {}, [], port, folder / "objects")


def http_storage(folder: Path, port: int) -> Storage:
    command = [sys.executable, __file__, str(folder / "objects"), str(port)]
    return Storage(f"http://127.0.0.1:{port}", {"method": "PUT"}, command, port, folder / "objects")


def ssh_storage(folder: Path, port: int) -> Storage:
    sshd = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")
    if not sshd:
        pytest.skip("no sshd is installed")
    if not find_spec("dvc_ssh"):
        pytest.skip("dvc-ssh is not installed: make setup EXTRA=servers")
    for name in ("host_key", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # which sshd demands
    (folder / "config").write_text(SSHD.format(port=port, folder=folder))
    url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{folder / 'objects'}"
    return Storage(
        url, {"keyfile": str(folder / "key")}, [sshd, "-D", "-f", str(folder / "config")], port, folder / "objects"
    )


def s3_storage(folder: Path, port: int) -> Storage:
    if not find_spec("dvc_s3") or not find_spec("moto"):
        pytest.skip("dvc-s3 and moto are not installed: make setup EXTRA=servers")
    url = f"http://127.0.0.1:{port}"
    settings = {"endpointurl": url, "access_key_id": USER, "secret_access_key": USER, "region": REGION}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    return Storage(f"s3://{BUCKET}/dvc", settings, command, port, None, lambda: bucket(port).create())


def bucket(port: int) -> Any:
    """Return the bucket of a server for S3."""
    import boto3

    user = {"aws_access_key_id": USER, "aws_secret_access_key": USER, "region_name": REGION}
    return boto3.resource("s3", endpoint_url=f"http://127.0.0.1:{port}", **user).Bucket(BUCKET)


STORAGES = {"folder": folder_storage, "http": http_storage, "ssh": ssh_storage, "s3": s3_storage}


def serving(kind: str, folder: Path) -> Iterator[Storage]:
    """Yield a storage of a kind that answers."""
    (folder / "objects").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    storage = STORAGES[kind](folder, port)
    try:
        storage.start()
        yield storage
    finally:
        storage.kill()


@contextmanager
def killed_after(size: int, storage: Storage) -> Iterator[int]:
    """Yield a port of loopback that leads to a storage, which is killed once more than `size` bytes were sent there."""
    left, lock = size, Lock()

    class Relay(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", storage.port)) as server:
                Thread(target=answer, args=(server, self.request), daemon=True).start()
                try:
                    while (content := self.request.recv(4096)) and not too_much(len(content)):
                        server.sendall(content)
                finally:
                    server.shutdown(socket.SHUT_RDWR)

    def too_much(count: int) -> bool:
        nonlocal left
        with lock:
            was_alive, left = left >= 0, left - count
            if was_alive and left < 0:
                storage.kill()
                relay.shutdown()
                relay.socket.close()  # so that a client that tries again is refused at once
            return left < 0

    def answer(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while content := server.recv(4096):
                client.sendall(content)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    with ThreadingTCPServer(("127.0.0.1", 0), Relay) as relay:
        relay.daemon_threads = True
        Thread(target=relay.serve_forever, daemon=True).start()
        try:
            yield relay.server_address[1]
        finally:
            relay.shutdown()


class Objects(SimpleHTTPRequestHandler):
    """Stores what is sent to it by PUT, whole or not at all."""

    def do_PUT(self) -> None:
        target = Path(self.translate_path(self.path))
        target.parent.mkdir(parents=True, exist_ok=True)
        partial_file = target.with_suffix(".partial")
        with partial_file.open("wb") as file:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                while length := int(self.rfile.readline(), 16):
                    file.write(self.rfile.read(length))
                    self.rfile.readline()
                self.rfile.readline()
            else:
                length = int(self.headers["Content-Length"])
                if file.write(self.rfile.read(length)) < length:
                    return  # the sender has ended
        partial_file.replace(target)
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), partial(Objects, directory=sys.argv[1])).serve_forever()
