import gzip
import time
from contextlib import suppress
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from idx_files import fill, publish
from support import NOBODY, Quiet, Serve

from denoising.datasets.cache import load_copy, mirrors_of
from denoising.datasets.download import download
from denoising.datasets.registry import PARTS, REGISTRY, file_name
from denoising.errors import DatasetUnavailableError


def test_every_downloadable_source_has_mirrors_and_checksums() -> None:
    for source in REGISTRY.values():
        assert source.mirrors
        assert set(source.md5) == set(PARTS)
    assert set(REGISTRY["mnist"].sha256) == set(PARTS)


def test_files_are_downloaded_once_from_the_first_mirror_that_serves_them(
    no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "web" / "kmnist")
    good, empty = serve(Quiet, tmp_path / "web"), serve(Quiet, tmp_path)
    monkeypatch.setenv("DENOISING_MIRRORS", f"{NOBODY} {empty}/ {good}/")
    publish(tmp_path / "web" / "kmnist", monkeypatch)
    assert load_copy("kmnist").arrays["train-images"][0, 1, 0] == 7
    assert sorted(path.name for path in (no_copies / "kmnist").iterdir()) == sorted(map(file_name, PARTS))
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    assert load_copy("kmnist").arrays["train-images"][0, 1, 0] == 7


def test_a_downloaded_copy_is_verified_and_a_copy_without_a_checksum_is_called_so(
    no_copies: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    fill(no_copies / "kmnist")
    load_copy("kmnist")
    assert "unverified copy of kmnist: no checksum is known for" in capsys.readouterr().err
    publish(no_copies / "kmnist", monkeypatch)
    assert load_copy("kmnist").unverified == set()
    assert "unverified" not in capsys.readouterr().err


@pytest.mark.parametrize("chosen", ["a file", "~nosuchuser/cache", "/proc/nowhere"])
def test_a_cache_that_cannot_be_used_does_not_prevent_a_download(
    chosen: str, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "web" / "kmnist")
    publish(tmp_path / "web" / "kmnist", monkeypatch)
    (tmp_path / "a file").touch()
    monkeypatch.setenv("KERAS_HOME", "/dev/null/keras")
    monkeypatch.setenv("DENOISING_CACHE", str(tmp_path / chosen) if chosen == "a file" else chosen)
    monkeypatch.setenv("DENOISING_MIRRORS", serve(Quiet, tmp_path / "web"))
    assert load_copy("kmnist").is_complete
    assert "What is downloaded is not kept" in capsys.readouterr().err
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    with pytest.raises(DatasetUnavailableError, match="What to do, one of"):
        load_copy("kmnist")


class Unpacking(Quiet):
    """Calls a .gz file compressed for the transfer, as Apache's AddEncoding does: clients unpack it."""

    def end_headers(self) -> None:
        self.send_header("Content-Encoding", "gzip")
        super().end_headers()


class Compressing(Quiet):
    """Compresses what is compressed already."""

    def do_GET(self) -> None:
        content = gzip.compress(Path(self.translate_path(self.path)).read_bytes())
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)


@pytest.mark.parametrize("handler", [Unpacking, Compressing])
def test_an_archive_is_verified_as_it_is_stored_whatever_encoding_a_server_announces(
    handler: type[Quiet], no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "web" / "kmnist")
    publish(tmp_path / "web" / "kmnist", monkeypatch)
    monkeypatch.setenv("DENOISING_MIRRORS", serve(handler, tmp_path / "web"))
    assert load_copy("kmnist").unverified == set()
    for part in PARTS:
        stored = (tmp_path / "web" / "kmnist" / file_name(part)).read_bytes()
        assert (no_copies / "kmnist" / file_name(part)).read_bytes() == stored


class Odd(Quiet):
    """Announces a length that is no number, or redirects to an address that is none."""

    def do_GET(self) -> None:
        self.send_response(302 if "redirect" in self.path else 200)
        self.send_header("Content-Length" if "redirect" not in self.path else "Location", "http://[::bad")
        self.end_headers()


@pytest.mark.parametrize("path", ["", "/redirect"])
def test_an_odd_mirror_does_not_block_the_next(
    path: str, no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "web" / "kmnist")
    publish(tmp_path / "web" / "kmnist", monkeypatch)
    odd, good = serve(Odd, tmp_path), serve(Quiet, tmp_path / "web")
    monkeypatch.setenv("DENOISING_MIRRORS", f"{odd}{path} {good}")
    assert load_copy("kmnist").is_complete


class Endless(Quiet):
    """Never stops sending."""

    sent = 0

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(ConnectionError):
            while Endless.sent < 2**30:
                self.wfile.write(bytes(2**20))
                Endless.sent += 2**20


def test_a_download_without_end_is_ended(
    no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", serve(Endless, tmp_path))
    with pytest.raises(DatasetUnavailableError, match="is larger than the .* bytes that it may have"):
        load_copy("mnist")
    assert Endless.sent < 2**27


@pytest.mark.parametrize(
    ("address", "words"),
    [("nowhere", "the address should begin with http"), ("http://[", "this is not a valid address")],
)
def test_the_reason_of_a_refused_download_is_in_words(
    address: str, words: str, no_copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", address)
    with pytest.raises(DatasetUnavailableError, match=words):
        load_copy("mnist")


class Late(Quiet):
    """Answers after it was given up, with a page."""

    answers = Event()

    def do_GET(self) -> None:
        Late.answers.wait(30)
        with suppress(ConnectionError):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"too late")


class Waiting(Quiet):
    """Sends the first half, lets the late server answer, and sends the rest."""

    def do_GET(self) -> None:
        content = Path(self.translate_path(self.path)).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        time.sleep(0.5)  # until it is stored
        Late.answers.set()
        time.sleep(0.5)
        self.wfile.write(content[len(content) // 2 :])


def test_a_mirror_that_was_given_up_does_not_write_into_the_file_of_the_next(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = np.random.default_rng(1).bytes(2**20)  # more than is held back before it is written
    (tmp_path / "file").write_bytes(content)
    monkeypatch.setattr("denoising.datasets.download.MAX_SECONDS", 1)
    (tmp_path / "downloaded").mkdir()
    target = tmp_path / "downloaded/file"
    mirrors = [f"{serve(handler, tmp_path)}/" for handler in (Late, Waiting)]
    download(mirrors, target=target, limit=2**21, check=lambda *_: None)
    assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]


class Trickle(Quiet):
    """Serves a few bytes in a while."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with suppress(ConnectionError):  # when the client has had enough
            for _ in range(60):
                self.wfile.write(b"x" * 10)
                time.sleep(0.5)


class SlowHead(Quiet):
    """Never comes to an end of its headers."""

    def do_GET(self) -> None:
        with suppress(ConnectionError):
            for number in range(60):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: "[number : number + 1] or b"x")
                time.sleep(0.5)


class Silent(Quiet):
    """Accepts and says nothing."""

    def do_GET(self) -> None:
        time.sleep(30)


class Cut(Quiet):
    """Promises more than it sends."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"\x1f\x8b" + bytes(1000))


class Portal(Quiet):
    """Answers everything with a page, as the net of a hotel does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>please log in</html>")


def test_another_data_set_of_the_right_shape_is_not_accepted_from_a_mirror(
    no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "web" / "kmnist")
    monkeypatch.setenv("DENOISING_MIRRORS", serve(Quiet, tmp_path / "web"))
    with pytest.raises(DatasetUnavailableError, match="is not the train-images of kmnist: its MD5 is"):
        load_copy("kmnist")
    assert not list(no_copies.rglob("*.gz"))


@pytest.mark.slow
def test_without_any_mirror_one_message_within_half_a_minute_says_what_to_do(
    no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = [serve(handler, tmp_path) for handler in (Trickle, SlowHead, Silent, Cut, Portal, Quiet)]
    monkeypatch.setenv("DENOISING_MIRRORS", " ".join([*mirrors, NOBODY]))
    began = time.monotonic()
    with pytest.raises(DatasetUnavailableError) as caught:
        load_copy("mnist")
    assert time.monotonic() - began < 30  # not a measurement: the promise is a limit
    message = str(caught.value)
    for words in (
        "no answer within 3 seconds",
        "the connection was interrupted",
        "is not an IDX file of unsigned bytes: it begins with 3c 68 74 6d",
        "HTTP status 404",
        "connection refused",
        f"put {file_name('train-images')}",
        str(no_copies / "mnist"),
        "DENOISING_CACHE selects another folder, DENOISING_MIRRORS other mirrors",
    ):
        assert words in message
    assert not list(no_copies.rglob("*.gz")), "no partial file under a final name, nor beside it"


def test_mirrors_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", "http://one/ https://two/data")
    assert mirrors_of("mnist", ["http://three/"]) == ["http://one/mnist/", "https://two/data/mnist/"]
    monkeypatch.setenv("DENOISING_MIRRORS", " ")
    assert mirrors_of("mnist", ["http://three/"]) == ["http://three/"]
