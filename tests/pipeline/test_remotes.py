"""Data and models go from one clone to another through remotes: a folder, and real servers on loopback."""

from collections.abc import Iterator
from pathlib import Path

import dvc.api
import pytest
from checkout import Checkout, stages_run
from storage_servers import STORAGES, Storage, killed_after, serving

pytestmark = pytest.mark.slow
MODEL = "models/denoiser.h5"


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    folder = tmp_path / "storage"
    folder.mkdir()
    yield from serving(request.param, folder)


@pytest.fixture
def sender(reproduced: Checkout, storage: Storage, tmp_path: Path) -> Checkout:
    """Return a clone whose pipeline has run, and that knows the remote."""
    sender = reproduced.copy(tmp_path / "sender")
    sender.dvc("remote", "add", "--default", "storage", storage.url)
    for name, value in {"verify": "true", **storage.settings}.items():
        sender.dvc("remote", "modify", "storage", name, value)
    sender.commit("Add a remote")
    return sender


def clone(of: Checkout, folder: Path) -> Checkout:
    """Return a clone of what is committed, with an empty cache."""
    done = of.run("git", "clone", "--quiet", str(of.folder), str(folder))
    assert done.returncode == 0, done.stdout
    return Checkout(folder)


def test_another_clone_pulls_what_was_pushed_and_trains_nothing(sender: Checkout, tmp_path: Path) -> None:
    sender.dvc("push")
    receiver = clone(sender, tmp_path / "receiver")
    receiver.dvc("pull")
    assert stages_run(receiver.dvc("repro")) == []
    assert (receiver.folder / MODEL).read_bytes() == (sender.folder / MODEL).read_bytes()


@pytest.mark.parametrize("storage", [kind for kind in STORAGES if kind != "folder"], indirect=True)
def test_a_storage_that_is_killed_in_the_midst_loses_nothing(
    sender: Checkout, storage: Storage, tmp_path: Path
) -> None:
    """That for S3 begins again with nothing: it keeps its objects in memory."""
    size = sum(path.stat().st_size for path in sender.folder.glob(".dvc/cache/files/md5/*/*"))
    with killed_after(size * 9 // 10, storage) as port:
        for name, value in {"url": storage.url, **storage.settings}.items():
            relayed = value.replace(f"127.0.0.1:{storage.port}", f"127.0.0.1:{port}")
            if relayed != value:
                sender.dvc("remote", "modify", "--local", "storage", name, relayed)
        pushing = sender.start("dvc", "push")
        try:
            assert pushing.wait(240) != 0
        finally:
            pushing.kill()
    assert not storage.runs
    # DVC sends the list of a folder after its files: one was complete.
    assert storage.objects is None or any(name.endswith(".dir") for name in storage.names())
    (sender.folder / ".dvc/config.local").unlink()
    assert "up to date" in sender.dvc("status")
    storage.start()
    sender.dvc("push")
    receiver = clone(sender, tmp_path / "receiver")
    receiver.dvc("pull")
    assert stages_run(receiver.dvc("repro")) == []


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_an_object_that_was_damaged_is_refused(damage: str, sender: Checkout, storage: Storage, tmp_path: Path) -> None:
    sender.dvc("push")
    content = (sender.folder / MODEL).read_bytes()
    checksum = next(out["md5"] for out in sender.lock()["train"]["outs"] if out["path"] == MODEL)
    (name,) = (name for name in storage.names() if name.endswith(f"{checksum[:2]}/{checksum[2:]}"))
    storage.replace(name, content[:1000] if damage == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    receiver = clone(sender, tmp_path / "receiver")
    done = receiver.run("dvc", "pull")
    assert done.returncode != 0
    assert MODEL in done.stdout
    assert not (receiver.folder / MODEL).exists()
    storage.replace(name, content)
    receiver.dvc("pull")
    assert (receiver.folder / MODEL).read_bytes() == content


@pytest.mark.parametrize("storage", ["folder"], indirect=True)
def test_the_model_is_fetched_by_its_name(sender: Checkout, tmp_path: Path) -> None:
    sender.dvc("push")
    assert sender.run("git", "tag", "--annotate", "--message", "First", "denoiser@v1.0.0").returncode == 0
    content = (sender.folder / MODEL).read_bytes()
    elsewhere = Checkout(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    elsewhere.dvc("artifacts", "get", str(sender.folder), "denoiser", "--rev", "v1.0.0", "--out", "by-name.h5")
    elsewhere.dvc("get", str(sender.folder), MODEL, "--out", "by-path.h5")
    fetched = [(elsewhere.folder / f"by-{what}.h5").read_bytes() for what in ("name", "path")]
    with dvc.api.open(
        dvc.api.artifacts_show("denoiser", repo=str(sender.folder))["path"], sender.folder, mode="rb"
    ) as file:
        assert [*fetched, file.read()] == [content] * 3
