import gzip
import hashlib
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import NOBODY, Quiet, Serve

from denoising.datasets import idx
from denoising.datasets.cache import cache_folder, load_copy, mirrors_of
from denoising.datasets.registry import PARTS, REGISTRY, SHAPES, file_name
from denoising.errors import DatasetUnavailableError


def fill(folder: Path, *, value: int = 7, **replaced: np.ndarray) -> None:
    """Write the four files of a data set in the right shapes: two greys, and all labels in turn."""
    folder.mkdir(parents=True)
    for part in PARTS:
        array = np.full(SHAPES[part], value, np.uint8)
        if part.endswith("labels"):
            array = (np.arange(len(array)) % 10).astype(np.uint8)
        else:
            array[:, 0] = 0
        array = replaced.get(part.replace("-", "_"), array)
        (folder / file_name(part)).write_bytes(gzip.compress(idx.header(array.shape) + array.tobytes(), 1))


def keras_copy(cache: Path) -> Path:
    """Return where Keras would keep its copy of MNIST, beside the hidden `cache`."""
    kept = cache.parent / "keras" / "datasets" / "mnist.npz"
    kept.parent.mkdir(parents=True)
    return kept


def publish(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the files in `folder` for the ones that the authors of KMNIST published."""
    for part in PARTS:
        digest = hashlib.md5((folder / file_name(part)).read_bytes()).hexdigest()
        monkeypatch.setitem(REGISTRY["kmnist"].md5, part, digest)


def test_every_downloadable_source_has_mirrors_and_checksums() -> None:
    for source in REGISTRY.values():
        assert source.mirrors
        assert set(source.md5) == set(PARTS)
    assert set(REGISTRY["mnist"].sha256) == set(PARTS)


def test_the_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DENOISING_CACHE", raising=False)
    assert cache_folder().is_absolute()
    monkeypatch.setenv("DENOISING_CACHE", "~/somewhere")
    assert cache_folder() == Path.home() / "somewhere"


def test_files_in_the_cache_need_no_network(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    fill(no_copies / "kmnist")
    copy = load_copy("kmnist")
    assert {part: array.shape for part, array in copy.arrays.items()} == SHAPES
    assert copy.unverified == set(PARTS)


def test_decompressed_files_in_the_cache_are_read_too(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    fill(no_copies / "kmnist")
    for packed in (no_copies / "kmnist").iterdir():
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    assert load_copy("kmnist").arrays["t10k-images"][0, 1, 0] == 7


def test_real_mnist_passes_its_checksums_from_the_cache_and_from_keras(
    real_mnist: Path, no_copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    shutil.copytree(real_mnist, no_copies / "mnist")
    from_cache = load_copy("mnist").arrays
    assert from_cache["t10k-labels"][:5].tolist() == [7, 2, 1, 0, 4]
    shutil.rmtree(no_copies)
    kept = keras_copy(no_copies)
    train, train_labels, test, test_labels = from_cache.values()
    np.savez(kept, x_train=train, y_train=train_labels, x_test=test, y_test=test_labels)
    from_keras = load_copy("mnist").arrays
    for part in PARTS:
        np.testing.assert_array_equal(from_keras[part], from_cache[part])


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


def test_a_wrong_file_in_the_cache_is_named_and_replaced(
    no_copies: Path, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "web" / "kmnist")
    publish(tmp_path / "web" / "kmnist", monkeypatch)
    monkeypatch.setenv("DENOISING_MIRRORS", serve(Quiet, tmp_path / "web"))
    fill(no_copies / "kmnist", value=9)
    wrong = no_copies / "kmnist" / file_name("t10k-images")
    wrong.write_bytes(wrong.read_bytes()[:100])
    arrays = load_copy("kmnist").arrays
    assert (arrays["t10k-images"][0, 1, 0], arrays["train-images"][0, 1, 0]) == (7, 9)
    assert f"{wrong} is a truncated gzip file" in capsys.readouterr().err


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


def test_mnist_is_not_taken_for_another_data_set(
    real_mnist: Path, no_copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    shutil.copytree(real_mnist, no_copies / "fashion_mnist")
    message = "is the train-images of mnist, not the train-images of fashion_mnist"
    with pytest.raises(DatasetUnavailableError, match=message):
        load_copy("fashion_mnist")


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("train_images", 0, "many of its images have only one grey value"),
        ("t10k_labels", 200, "its labels are not the numbers from 0 to 9"),
        ("t10k_labels", 3, "its labels are not the numbers from 0 to 9"),
    ],
)
def test_content_that_no_data_set_has_is_refused(
    part: str, value: int, words: str, no_copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    replaced: dict[str, Any] = {part: np.full(SHAPES[part.replace("_", "-")], value, np.uint8)}
    fill(no_copies / "kmnist", **replaced)
    with pytest.raises(DatasetUnavailableError, match=words):
        load_copy("kmnist")


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


def test_a_cached_file_of_any_size_is_not_read_whole(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    fill(no_copies / "kmnist")
    with (no_copies / "kmnist" / file_name("t10k-labels")).open("r+b") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(DatasetUnavailableError, match="is larger than the .* bytes that it may have"):
        load_copy("kmnist")


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


def test_other_digits_are_not_accepted_as_mnist(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    fill(no_copies / "mnist")
    with pytest.raises(
        DatasetUnavailableError, match="is not the train-images of mnist: the SHA-256 of its content is"
    ):
        load_copy("mnist")


@pytest.mark.parametrize("content", [b"", b"<html>log in</html>", b"PK\x03\x04 no zip"])
def test_a_damaged_copy_of_keras_is_named(content: bytes, no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    kept = keras_copy(no_copies)
    kept.write_bytes(content)
    with pytest.raises(DatasetUnavailableError, match=r"mnist.npz cannot be read: .* It is ignored."):
        load_copy("mnist")


def test_a_copy_of_keras_with_damaged_bits_is_named(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    kept = keras_copy(no_copies)
    np.savez_compressed(kept, x_train=np.arange(100_000) % 251)
    content = bytearray(kept.read_bytes())
    content[100:200] = bytes(100)
    kept.write_bytes(content)
    with pytest.raises(DatasetUnavailableError, match=r"mnist.npz cannot be read: .* It is ignored."):
        load_copy("mnist")


def test_a_pickle_in_a_copy_of_keras_is_not_loaded(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    kept = keras_copy(no_copies)
    np.savez(kept, x_train=np.array([{}], dtype=object))
    with pytest.raises(DatasetUnavailableError, match="allow_pickle=False"):
        load_copy("mnist")


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
    assert mirrors_of("mnist") == ["http://one/mnist/", "https://two/data/mnist/"]
