import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from denoising.errors import ImageFileError
from denoising.image_files.decoded import MAX_PIXELS
from denoising.image_files.reader import read_image_file

RANDOM = np.random.default_rng(1)
GREY, COLOUR = RANDOM.integers(0, 256, (20, 30), np.uint8), RANDOM.integers(0, 256, (20, 30, 3), np.uint8)
GREY_16, COLOUR_16 = (RANDOM.integers(0, 65536, shape, np.uint16) for shape in ((20, 30), (20, 30, 3)))
FLOAT = RANDOM.random((20, 30), np.float32)
Array = NDArray[np.generic]


def read(path: Path) -> Array:
    (image,) = read_image_file(path)
    return image.pixels[..., 0] if image.pixels.shape[-1] == 1 else image.pixels


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
@pytest.mark.parametrize("array", [GREY, COLOUR])
def test_eight_bits_come_back_as_they_are(tmp_path: Path, suffix: str, array: Array) -> None:
    path = tmp_path / f"image{suffix}"
    Image.fromarray(array).save(path, lossless=True)  # which WebP alone heeds
    expected = np.repeat(array[..., None], 3, -1) if suffix == ".webp" and array.ndim == 2 else array  # it has no grey
    np.testing.assert_array_equal(read(path), expected)


@pytest.mark.parametrize("array", [GREY_16, COLOUR_16])
def test_png_of_sixteen_bits_is_not_reduced_to_eight(tmp_path: Path, array: Array) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(imagecodecs.png_encode(array))
    np.testing.assert_array_equal(read(path), array)


@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "packbits", "zstd"])
@pytest.mark.parametrize("array", [GREY, COLOUR, GREY_16, COLOUR_16, FLOAT, FLOAT.astype(np.float16)])
def test_tiff_keeps_every_depth_under_every_compression(tmp_path: Path, array: Array, compression: str | None) -> None:
    tifffile.imwrite(tmp_path / "image.tif", array, compression=compression)
    np.testing.assert_array_equal(read(tmp_path / "image.tif"), array)


def test_channels_with_different_numbers_of_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, COLOUR, photometric="rgb")
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages.first.tags["BitsPerSample"].overwrite((5, 6, 5))
    with pytest.raises(ImageFileError, match="its channels have different numbers of bits"):
        read(path)


def test_tiff_is_read_whatever_its_layout(tmp_path: Path) -> None:
    path = tmp_path / "image.tif"
    big = np.tile(COLOUR_16, (8, 8, 1))
    tifffile.imwrite(path, big, tile=(64, 64), predictor=True, compression="lzw")
    np.testing.assert_array_equal(read(path), big)
    tifffile.imwrite(path, np.moveaxis(COLOUR, -1, 0), photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(read(path), COLOUR)
    tifffile.imwrite(path, GREY_16, byteorder=">", bigtiff=True)
    np.testing.assert_array_equal(read(path), GREY_16)


def test_a_tiff_with_white_as_zero_is_inverted(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "image.tif", GREY, photometric="miniswhite")
    np.testing.assert_array_equal(read(tmp_path / "image.tif"), 255 - GREY)


def test_twelve_bits_have_their_own_white(tmp_path: Path) -> None:
    twelve = (GREY_16 >> 4).astype(np.uint16)
    tifffile.imwrite(tmp_path / "image.tif", twelve, bitspersample=12)
    (image,) = read_image_file(tmp_path / "image.tif")
    np.testing.assert_array_equal(image.pixels[..., 0], twelve)
    assert image.white == 4095


def test_the_pages_of_a_tiff_are_images_and_thumbnails_are_not(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "stack.tif") as file:
        for number in range(3):
            file.write(GREY + np.uint8(number), contiguous=False)
        file.write(GREY[::2, ::2], subfiletype=1)
    pages = [image.pixels[..., 0] for image in read_image_file(tmp_path / "stack.tif")]
    np.testing.assert_array_equal(pages, [GREY + np.uint8(number) for number in range(3)])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_obeyed_as_pillow_does(tmp_path: Path, orientation: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(COLOUR).save(tmp_path / "image.png", exif=exif)
    with Image.open(tmp_path / "image.png") as image:
        np.testing.assert_array_equal(read(tmp_path / "image.png"), np.asarray(ImageOps.exif_transpose(image)))
    tifffile.imwrite(tmp_path / "image.tif", COLOUR_16, extratags=[(274, 3, 1, orientation, True)])
    upright = read(tmp_path / "image.tif")
    assert upright.shape == ((30, 20, 3) if orientation > 4 else (20, 30, 3))


def test_palettes_and_bits_are_resolved(tmp_path: Path) -> None:
    palette = Image.fromarray(COLOUR).quantize(16)
    palette.save(tmp_path / "palette.png")
    palette.save(tmp_path / "palette.tif")
    for name in ("palette.png", "palette.tif"):
        np.testing.assert_array_equal(read(tmp_path / name), np.asarray(palette.convert("RGB")))
    bits = Image.fromarray(GREY).convert("1")
    for name in ("bits.png", "bits.tif", "bits.bmp"):
        bits.save(tmp_path / name)
        np.testing.assert_array_equal(read(tmp_path / name), np.asarray(bits.convert("L")))


@pytest.mark.parametrize("array", [np.dstack([COLOUR, GREY]), np.dstack([GREY, GREY[::-1]])])
@pytest.mark.parametrize("deep", [False, True])
def test_transparency_stands_beside_the_pixels(tmp_path: Path, array: NDArray[np.uint8], deep: bool) -> None:
    stored = array.astype(np.uint16) * 257 if deep else array
    (tmp_path / "image.png").write_bytes(imagecodecs.png_encode(stored))
    (image,) = read_image_file(tmp_path / "image.png")
    np.testing.assert_array_equal(image.pixels, stored[..., :-1])
    np.testing.assert_array_equal(image.alpha, stored[..., -1])


def test_a_transparent_colour_of_a_palette_becomes_transparency(tmp_path: Path) -> None:
    Image.fromarray(COLOUR).quantize(16).save(tmp_path / "image.png", transparency=0)
    (image,) = read_image_file(tmp_path / "image.png")
    assert image.alpha is not None
    assert set(np.unique(image.alpha)) == {0, 255}


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


def test_an_image_behind_a_small_one_is_not_left_out(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "preview.tif") as file:
        file.write(GREY[::2, ::2], subifds=1, metadata=None)
        file.write(GREY, metadata=None)
    with pytest.raises(ImageFileError, match="a larger image behind a small one"):
        list(read_image_file(tmp_path / "preview.tif"))


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


def test_a_photograph_with_a_preview_behind_it_is_read(tmp_path: Path) -> None:
    frames = [Image.fromarray(COLOUR), Image.fromarray(COLOUR[::2, ::2])]
    frames[0].save(tmp_path / "phone.jpg", "MPO", save_all=True, append_images=frames[1:])
    assert read(tmp_path / "phone.jpg").shape == COLOUR.shape
    stereo = [frames[0], Image.fromarray(255 - COLOUR)]
    stereo[0].save(tmp_path / "stereo.jpg", "MPO", save_all=True, append_images=stereo[1:])
    with pytest.raises(ImageFileError, match="it has 2 images; save them as files"):
        read(tmp_path / "stereo.jpg")


def test_a_photograph_of_two_hundred_megapixels_is_not_too_large() -> None:
    assert Image.MAX_IMAGE_PIXELS == MAX_PIXELS > 200e6


def test_what_stands_behind_a_jpeg_does_not_make_it_truncated(tmp_path: Path) -> None:
    Image.fromarray(COLOUR).save(tmp_path / "motion.jpg")
    with (tmp_path / "motion.jpg").open("ab") as file:
        file.write(b"a film with \xff\xda in it")
    assert read(tmp_path / "motion.jpg").shape == COLOUR.shape


def test_a_warning_is_of_the_file_that_a_thread_reads(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "good.tif", GREY)
    tifffile.imwrite(tmp_path / "bad.tif", np.zeros((5, 20, 30), np.uint8), truncate=True)

    def attempt(number: int) -> str:
        try:
            list(read_image_file(tmp_path / ("bad.tif" if number % 2 else "good.tif")))
        except ImageFileError:
            return "refused"
        return "read"

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(attempt, range(80))) == ["read", "refused"] * 40
