import gzip

import numpy as np
import pytest

from stages.lib.failure import Mistake
from stages.lib.prepare import idx

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
CONTENT = idx.header(ARRAY.shape) + ARRAY.tobytes()


def test_header_is_the_one_that_mnist_has() -> None:
    assert idx.header((60000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")


def test_an_array_comes_back() -> None:
    np.testing.assert_array_equal(idx.parse(CONTENT, name="file"), ARRAY)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "begins with nothing"),
        (b"<html>", "no IDX file of unsigned bytes: it begins with 3c 68 74 6d"),
        (b"\0\0\x0d\1" + bytes(8), "no IDX file of unsigned bytes"),
        (b"\0\0\x08\0", "no IDX file of unsigned bytes"),
        (CONTENT[:9], "ends within its IDX header"),
        (CONTENT[:-1], "promises 2 x 3 x 4 = 24 bytes in its header, but holds 23"),
        (CONTENT + b"\0", "but holds 25"),
        (idx.header((2**32 - 1,) * 3) + b"\0", "but holds 1"),
    ],
)
def test_a_header_that_lies_is_caught(content: bytes, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        idx.parse(content, name="file")


def test_gzip_is_undone_and_plain_content_left_alone() -> None:
    assert idx.decompress(gzip.compress(CONTENT), limit=len(CONTENT), name="file") == CONTENT
    assert idx.decompress(CONTENT, limit=len(CONTENT), name="file") == CONTENT


@pytest.mark.parametrize("kept", [3, 20, -9, -1])
def test_a_truncated_archive_is_caught(kept: int) -> None:
    with pytest.raises(Mistake, match="ends too early"):
        idx.decompress(gzip.compress(CONTENT)[:kept], limit=len(CONTENT), name="file")


def test_a_damaged_archive_is_caught() -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(Mistake, match="damaged gzip|ends too early|more than"):
        idx.decompress(bytes(packed), limit=len(CONTENT), name="file")


def test_an_archive_that_swells_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    with pytest.raises(Mistake, match="more than the 100 bytes"):
        idx.decompress(bomb, limit=100, name="file")
