from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def test_an_image_behind_a_small_one_is_not_left_out(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "preview.tif") as file:
        file.write(GREY[::2, ::2], subifds=1, metadata=None)
        file.write(GREY, metadata=None)
    with pytest.raises(ImageFileError, match="a larger image behind a small one"):
        list(read_image_file(tmp_path / "preview.tif"))


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
