import gzip

import numpy as np
import pytest

from denoising.datasets import idx
from denoising.errors import DenoisingError

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
CONTENT = idx.header(ARRAY.shape) + ARRAY.tobytes()


def test_the_header_equals_that_of_mnist() -> None:
    assert idx.header((60000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")


def test_an_array_survives_a_round_trip() -> None:
    np.testing.assert_array_equal(idx.parse(CONTENT, name="file"), ARRAY)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "begins with nothing"),
        (b"<html>", "not an IDX file of unsigned bytes: it begins with 3c 68 74 6d"),
        (b"\0\0\x0d\1" + bytes(8), "not an IDX file of unsigned bytes"),
        (b"\0\0\x08\0", "not an IDX file of unsigned bytes"),
        (CONTENT[:9], "ends within its IDX header"),
        (CONTENT[:-1], "announces 2 x 3 x 4 = 24 bytes, but the file has 23"),
        (CONTENT + b"\0", "but the file has 25"),
        (idx.header((2**32 - 1,) * 3) + b"\0", "but the file has 1"),
    ],
)
def test_a_wrong_header_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(DenoisingError, match=sentence):
        idx.parse(content, name="file")


def test_gzip_is_decompressed_and_plain_content_left_unchanged() -> None:
    assert idx.decompress(gzip.compress(CONTENT), limit=len(CONTENT), name="file") == CONTENT
    assert idx.decompress(CONTENT, limit=len(CONTENT), name="file") == CONTENT


@pytest.mark.parametrize("kept", [3, 20, -9, -1])
def test_a_truncated_archive_is_refused(kept: int) -> None:
    with pytest.raises(DenoisingError, match="truncated gzip file: it ends after"):
        idx.decompress(gzip.compress(CONTENT)[:kept], limit=len(CONTENT), name="file")


def test_a_damaged_archive_is_refused() -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(DenoisingError, match="damaged gzip|truncated gzip|more than"):
        idx.decompress(bytes(packed), limit=len(CONTENT), name="file")


def test_an_archive_that_decompresses_beyond_the_limit_is_refused() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    with pytest.raises(DenoisingError, match="more than the expected 100 bytes"):
        idx.decompress(bomb, limit=100, name="file")
