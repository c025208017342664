"""Files that are damaged, lie, or cannot be read whole are refused with a sentence."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from denoising.errors import ImageFileError
from denoising.image_files.reader import read_image_file

RANDOM = np.random.default_rng(1)
GREY, COLOUR = RANDOM.integers(0, 256, (20, 30), np.uint8), RANDOM.integers(0, 256, (20, 30, 3), np.uint8)
GREY_16 = RANDOM.integers(0, 65536, (20, 30), np.uint16)
FLOAT = RANDOM.random((20, 30), np.float32)
Array = NDArray[np.generic]


def read(path: Path) -> Array:
    (image,) = read_image_file(path)
    return image.pixels[..., 0] if image.pixels.shape[-1] == 1 else image.pixels


def test_channels_with_different_numbers_of_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, COLOUR, photometric="rgb")
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages.first.tags["BitsPerSample"].overwrite((5, 6, 5))
    with pytest.raises(ImageFileError, match="its channels have different numbers of bits"):
        read(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp"])
@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    whole = io.BytesIO()
    large = np.tile(COLOUR, (8, 8, 1))
    Image.fromarray(large).save(whole, {".jpg": "JPEG", ".tif": "TIFF"}.get(suffix, suffix[1:].upper()))
    path = tmp_path / f"image{suffix}"
    path.write_bytes(whole.getvalue()[: int(kept * len(whole.getvalue()))])
    with pytest.raises(ImageFileError, match=str(path)):
        read(path)


@pytest.mark.parametrize("compression", ["lzw", "deflate", "zstd", "jpeg"])
def test_a_truncated_compressed_tiff_is_refused(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, np.tile(COLOUR, (8, 8, 1)), compression=compression, photometric="rgb")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(ImageFileError, match="image.tif"):
        read(path)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    for content in (b"", b"hello", b"\x89PNG\r\n\x1a\n", b"II*\0", b"GIF89a" + bytes(20), bytes(100)):
        path.write_bytes(content)
        with pytest.raises(ImageFileError, match="notes.png"):
            read(path)


def test_a_file_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    with pytest.raises(ImageFileError, match="bomb.png"):
        read(path)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (GREY_16.astype(np.int16), "int16"),
        (GREY_16.astype(np.uint32), "uint32"),
        (np.full((4, 4), np.nan, np.float32), "NaN"),
        (FLOAT.astype(np.complex64), "complex64"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(tmp_path: Path, array: Array, reason: str) -> None:
    tifffile.imwrite(tmp_path / "image.tif", array, photometric="minisblack", planarconfig=None)
    with pytest.raises(ImageFileError, match=reason):
        list(read_image_file(tmp_path / "image.tif"))


def test_more_channels_than_colour_and_transparency_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "image.tif", np.zeros((20, 30, 5), np.uint8), photometric="rgb", extrasamples=(0, 0))
    with pytest.raises(ImageFileError, match="5 channels"):
        read(tmp_path / "image.tif")


def test_pages_that_point_to_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.tif"
    tifffile.imwrite(path, GREY)
    content = bytearray(path.read_bytes())
    first = struct.unpack_from("<I", content, 4)[0]
    (tags,) = struct.unpack_from("<H", content, first)
    struct.pack_into("<I", content, first + 2 + 12 * tags, first)  # the next page is this one
    path.write_bytes(content)
    with pytest.raises(ImageFileError, match="loop.tif"):
        list(read_image_file(path))


def test_cmyk_and_animations_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.dstack([COLOUR, GREY]), "CMYK").save(tmp_path / "print.jpg")
    with pytest.raises(ImageFileError, match="CMYK"):
        read(tmp_path / "print.jpg")
    frames = [Image.fromarray(COLOUR), Image.fromarray(255 - COLOUR)]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:])
    with pytest.raises(ImageFileError, match="animation"):
        read(tmp_path / "moving.webp")


def test_a_stack_that_lost_its_last_pages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as file:
        for number in range(4):
            file.write(GREY + np.uint8(number), contiguous=False, metadata=None)
    with tifffile.TiffFile(path) as file:
        end = file.pages[2].offset
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(ImageFileError, match="stack.tif"):
        list(read_image_file(path))


def test_planes_that_no_page_describes_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "planes.tif", np.zeros((5, 20, 30), np.uint8), truncate=True)
    with pytest.raises(ImageFileError, match="save each as a page"):
        list(read_image_file(tmp_path / "planes.tif"))


def test_a_stack_with_planes_behind_its_only_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "metamorph.stk"
    planes = RANDOM.integers(0, 256, (3, 20, 30), np.uint8)
    per_plane = (1, 1, 2451545, 0, 2451545, 0)  # distance, and two times with their days
    tags = [(33628, 4, 2, (0, 0), True), (33629, 5, 9, 3 * per_plane, True)]  # UIC1 and UIC2 of MetaMorph
    tifffile.imwrite(path, planes[0], byteorder="<", metadata=None, extratags=tags)
    counted = path.read_bytes().replace(struct.pack("<HHI", 33629, 5, 9), struct.pack("<HHI", 33629, 5, 3))
    path.write_bytes(counted + planes[1:].tobytes())
    with pytest.raises(ImageFileError, match="of its images, 1 can be read"):
        list(read_image_file(path))


def test_a_file_of_thumbnails_only_is_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "small.tif", GREY, subfiletype=1, metadata=None)
    with pytest.raises(ImageFileError, match="0 can be read"):
        list(read_image_file(tmp_path / "small.tif"))


@pytest.mark.parametrize(
    ("channels", "options"),
    [
        (3, {"photometric": "minisblack", "planarconfig": "contig"}),  # fluorescence: not colours
        (4, {"photometric": "rgb", "extrasamples": ["unspecified"]}),  # near infrared: not transparency
        (4, {"photometric": "rgb", "extrasamples": ["assocalpha"]}),  # colours that are multiplied already
        (3, {"photometric": "ycbcr", "subsampling": (1, 1)}),
    ],
)
def test_channels_that_are_neither_colour_nor_transparency_are_refused(
    tmp_path: Path, channels: int, options: dict[str, Any]
) -> None:
    array = RANDOM.integers(0, 256, (20, 30, channels), np.uint8)
    tifffile.imwrite(tmp_path / "image.tif", array, metadata=None, **options)
    with pytest.raises(ImageFileError, match="channels|YCBCR|premultiplied"):
        list(read_image_file(tmp_path / "image.tif"))


def test_a_png_with_too_few_pixels_or_a_foreign_first_chunk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.png"

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head, end = chunk(b"IHDR", struct.pack(">IIBBBBB", 20, 20, 8, 0, 0, 0, 0)), chunk(b"IEND", b"")
    short, whole = (chunk(b"IDAT", zlib.compress(bytes(21 * rows))) for rows in (12, 20))
    for chunks in ([head, short, end], [chunk(b"tEXt", b"a\0b"), head, whole, end]):
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
        with pytest.raises(ImageFileError, match="image.png"):
            read(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + whole + end)
    assert read(path).shape == (20, 20)
