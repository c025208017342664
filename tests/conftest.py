import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from checkout import Checkout, build_once
from support import Serve


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves a folder on loopback and gives back its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(handler: type[SimpleHTTPRequestHandler], folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Return a small checkout whose pipeline has run: to be read and copied, not changed."""
    base = tmp_path_factory.getbasetemp()
    checkout = build_once(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
    state = ("git", "--no-optional-locks", "status", "--porcelain=v2", "--branch")  # with the commit
    before = checkout.run(*state).stdout
    yield checkout
    assert checkout.run(*state).stdout == before, "a test has changed files of the shared checkout"


@pytest.fixture
def no_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hide every copy of a data set that this machine may have; return the empty cache folder."""
    monkeypatch.setenv("DENOISING_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "cache"


@pytest.fixture
def real_mnist() -> Path:
    """Return a folder with the real files of MNIST, from DENOISING_CACHE; skip where there are none."""
    folder = Path(os.environ.get("DENOISING_CACHE", "")) / "mnist"
    if not (folder / "train-images-idx3-ubyte.gz").exists():
        pytest.skip("DENOISING_CACHE holds no MNIST")
    return folder
