import gzip
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from idx_files import fill, keras_copy, publish
from support import NOBODY, Quiet, Serve

from denoising.datasets.cache import cache_folder, load_copy
from denoising.datasets.registry import PARTS, SHAPES, file_name
from denoising.errors import DatasetUnavailableError


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


def test_a_cached_file_of_any_size_is_not_read_whole(no_copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENOISING_MIRRORS", NOBODY)
    fill(no_copies / "kmnist")
    with (no_copies / "kmnist" / file_name("t10k-labels")).open("r+b") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(DatasetUnavailableError, match="is larger than the .* bytes that it may have"):
        load_copy("kmnist")


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
