"""Files that are written anew with other pixels keep all else."""

import io
import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from denoising.errors import ImageFileError
from denoising.image_files.decoded import DecodedImage
from denoising.image_files.reader import read_image_file
from denoising.image_files.rewriter import rewrite_image
from denoising.image_files.tiff_directories import EXIF, GPS, append_directories
from denoising.io.temporary_arrays import TemporaryArrays

RANDOM = np.random.default_rng(1)
GREY, COLOUR = RANDOM.integers(0, 256, (40, 60), np.uint8), RANDOM.integers(0, 256, (40, 60, 3), np.uint8)
GREY_16, COLOUR_16 = (RANDOM.integers(0, 65536, shape, np.uint16) for shape in ((40, 60), (40, 60, 3)))
FLOAT = RANDOM.random((40, 60), np.float32)
SMOOTH = np.asarray(Image.fromarray(COLOUR[:4, :4] // 4 + 96).resize((60, 40), Image.Resampling.BICUBIC))
PROFILE = imagecodecs.cms_profile("srgb")
Array = NDArray[Any]


def darker(image: DecodedImage) -> DecodedImage:
    half = (image.pixels * 0.5).astype(image.pixels.dtype)
    return DecodedImage(half, image.alpha, image.white, image.orientation)


def rewritten(source: Path) -> Path:
    """Write a file with half of the brightness, prove that, and return its path."""
    target = source.with_name(f"rewritten{source.suffix}")
    rewrite_image(source, target, darker, arrays=TemporaryArrays(target.parent))
    pages = zip(read_image_file(source), read_image_file(target), strict=True)
    tolerance = 8 if source.suffix in (".jpg", ".webp") else 0
    for before, after in pages:
        assert (after.pixels.dtype, after.white) == (before.pixels.dtype, before.white)
        difference = after.pixels.astype(float) - darker(before).pixels
        assert np.abs(difference).max() <= tolerance
        assert (before.alpha is None) == (after.alpha is None)
        if before.alpha is not None and after.alpha is not None:
            np.testing.assert_array_equal(after.alpha, before.alpha)
    return target


def described() -> dict[str, Any]:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    return {"exif": exif, "icc_profile": PROFILE, "dpi": (300, 300)}


@pytest.mark.parametrize("array", [GREY, COLOUR, np.dstack([GREY, GREY]), np.dstack([COLOUR, GREY])])
def test_png_keeps_its_metadata(tmp_path: Path, array: Array) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Title", "Œuvre")
    options = described() if array.ndim == 3 and array.shape[-1] > 2 else {"dpi": (300, 300)}  # the profile is of RGB
    Image.fromarray(array).save(tmp_path / "image.png", pnginfo=text, **options)
    with Image.open(tmp_path / "image.png") as before, Image.open(rewritten(tmp_path / "image.png")) as after:
        assert after.mode == before.mode
        assert after.info == before.info


@pytest.mark.parametrize("array", [GREY_16, COLOUR_16, np.dstack([COLOUR_16, GREY_16])])
def test_png_keeps_sixteen_bits(tmp_path: Path, array: Array) -> None:
    (tmp_path / "image.png").write_bytes(imagecodecs.png_encode(array))
    rewritten(tmp_path / "image.png")


def test_palettes_and_bits_become_bytes(tmp_path: Path) -> None:
    Image.fromarray(COLOUR).quantize(16).save(tmp_path / "palette.png", transparency=0)
    Image.fromarray(GREY > 127).save(tmp_path / "bits.png")
    for name, mode in (("palette.png", "RGBA"), ("bits.png", "L")):
        with Image.open(rewritten(tmp_path / name)) as image:
            assert image.mode == mode


@pytest.mark.parametrize("quality", [30, 75, 95, 100])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_jpeg_keeps_its_quality_and_metadata(tmp_path: Path, quality: int, subsampling: int) -> None:
    path = tmp_path / "image.jpg"
    Image.fromarray(SMOOTH).save(path, quality=quality, subsampling=subsampling, comment=b"here", **described())
    target = tmp_path / "rewritten.jpg"
    rewrite_image(path, target, lambda image: image, arrays=TemporaryArrays(tmp_path))
    with Image.open(path) as before, Image.open(target) as after:
        assert after.info == before.info
        assert after.quantization == before.quantization  # type: ignore[attr-defined]
        assert after.layer == before.layer  # type: ignore[attr-defined]
        difference = np.abs(np.asarray(before).astype(int) - np.asarray(after)).max()
    assert difference <= 4


def test_a_preview_behind_a_photograph_is_not_kept(tmp_path: Path) -> None:
    frames = [Image.fromarray(SMOOTH), Image.fromarray(SMOOTH[::2, ::2])]
    frames[0].save(tmp_path / "phone.jpg", "MPO", save_all=True, append_images=frames[1:])
    with Image.open(rewritten(tmp_path / "phone.jpg")) as image:
        assert image.format == "JPEG"


@pytest.mark.parametrize("lossless", [False, True])
def test_webp_keeps_what_it_is(tmp_path: Path, lossless: bool) -> None:
    Image.fromarray(np.dstack([SMOOTH, GREY])).save(
        tmp_path / "image.webp", lossless=lossless, exact=True, **described()
    )
    target = rewritten(tmp_path / "image.webp")
    with Image.open(tmp_path / "image.webp") as before, Image.open(target) as after:
        assert after.info == before.info
    assert (b"VP8L" in target.read_bytes()) == lossless


def test_bmp_keeps_its_resolution(tmp_path: Path) -> None:
    for number, array in enumerate((GREY, COLOUR)):
        Image.fromarray(array).save(tmp_path / f"{number}.bmp", dpi=(100, 100))
        with (
            Image.open(tmp_path / f"{number}.bmp") as before,
            Image.open(rewritten(tmp_path / f"{number}.bmp")) as after,
        ):
            assert (after.mode, after.info) == (before.mode, before.info)


def tags(path: Path) -> list[dict[str, str]]:
    """Return the tags of every page, but for those that say where its pixels lie."""
    where = ("StripOffsets", "StripByteCounts", "TileOffsets", "TileByteCounts", "ExifTag", "GPSTag")
    with tifffile.TiffFile(path) as file:
        pages = [file.pages[number].aspage() for number in range(len(file.pages))]
        return [{tag.name: str(tag.value) for tag in page.tags if tag.name not in where} for page in pages]


@pytest.mark.parametrize("compression", [None, "lzw", "adobe_deflate", "packbits", "zstd"])
@pytest.mark.parametrize("array", [GREY, COLOUR, GREY_16, COLOUR_16, FLOAT])
def test_tiff_keeps_depth_compression_and_tags(tmp_path: Path, array: Array, compression: str | None) -> None:
    named = [(34675, 7, len(PROFILE), PROFILE, True), (315, 2, 0, "someone", True), (65000, 12, 2, (1.5, 2.5), True)]
    options: dict[str, Any] = {"resolution": (300, 300), "resolutionunit": "INCH", "software": "mine"}
    options |= {"predictor": True} if compression in ("lzw", "adobe_deflate") else {}
    when: dict[str, Any] = {"datetime": "2026:01:02 03:04:05", "description": "hello", "metadata": None}
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, array, compression=compression, extratags=named, **options, **when)
    assert tags(rewritten(path)) == tags(path)


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (np.tile(COLOUR_16, (3, 3, 1)), {"tile": (64, 64), "compression": "lzw", "predictor": True}),
        (np.moveaxis(COLOUR, -1, 0), {"photometric": "rgb", "planarconfig": "separate"}),
        (GREY_16, {"bigtiff": True, "byteorder": ">"}),
        (GREY, {"photometric": "miniswhite"}),
        (GREY_16 >> 4, {"bitspersample": 12}),
        (np.dstack([COLOUR, GREY]), {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
        (np.stack([GREY_16] * 3), {"imagej": True, "metadata": {"spacing": 2.0, "unit": "um"}}),
        (np.stack([GREY_16] * 3), {"ome": True, "metadata": {"axes": "ZYX"}}),
        (np.stack([GREY] * 3), {"photometric": "minisblack"}),
    ],
)
def test_tiff_keeps_its_layout_and_pages(tmp_path: Path, array: Array, options: dict[str, Any]) -> None:
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, array, **options)
    target = rewritten(path)
    assert all(after.items() >= before.items() for before, after in zip(tags(path), tags(target), strict=True))
    with tifffile.TiffFile(path) as before, tifffile.TiffFile(target) as after:
        assert (after.byteorder, after.is_bigtiff, after.is_ome) == (before.byteorder, before.is_bigtiff, before.is_ome)


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_keeps_exif_and_gps(tmp_path: Path, order: Any) -> None:
    path = tmp_path / "image.tif"
    pointers = [(EXIF - 1, 4, 1, 0, True), (GPS - 1, 4, 1, 0, True)]
    tifffile.imwrite(path, COLOUR, byteorder=order, metadata=None, extratags=pointers)
    exposure = [(33434, 5, 1, struct.pack(f"{order}II", 1, 250)), (36867, 2, 20, b"2026:01:01 00:00:00\0")]
    place = [(1, 2, 2, b"N\0"), (2, 5, 3, struct.pack(f"{order}6I", 1, 1, 2, 1, 3, 1))]
    append_directories(path, [{EXIF - 1: exposure, GPS - 1: place}])
    with Image.open(rewritten(path)) as image:
        exif = image.getexif()
        assert dict(exif.get_ifd(EXIF)) == {33434: 1 / 250, 36867: "2026:01:01 00:00:00"}
        assert dict(exif.get_ifd(GPS)) == {1: "N", 2: (1.0, 2.0, 3.0)}


def test_the_alpha_of_an_inverted_tiff_is_kept(tmp_path: Path) -> None:
    array = np.dstack([GREY, GREY[::-1]])
    options = {"photometric": "miniswhite", "extrasamples": ["unassalpha"], "planarconfig": "contig"}
    tifffile.imwrite(tmp_path / "image.tif", array, metadata=None, **options)  # type: ignore[arg-type]
    (image,) = read_image_file(tmp_path / "image.tif")
    np.testing.assert_array_equal(image.pixels[..., 0], 255 - GREY)
    np.testing.assert_array_equal(image.alpha, GREY[::-1])
    target = rewritten(tmp_path / "image.tif")
    np.testing.assert_array_equal(tifffile.imread(target)[..., 1], GREY[::-1])


@pytest.mark.parametrize(
    "options",
    [
        {"description": "µm".encode(), "metadata": None},
        {"extratags": [(315, 2, 0, "Zoë".encode("latin-1"), True), (269, 2, 0, "a name", True)], "metadata": None},
        {"extratags": [(306, 2, 20, b" " * 19 + b"\0", True)], "metadata": None},
    ],
)
def test_texts_of_a_tiff_are_kept_whatever_their_encoding(tmp_path: Path, options: dict[str, Any]) -> None:
    tifffile.imwrite(tmp_path / "image.tif", GREY, software=False, **options)
    assert tags(rewritten(tmp_path / "image.tif")) == tags(tmp_path / "image.tif")


def test_the_labels_of_an_imagej_stack_are_kept(tmp_path: Path) -> None:
    labels = {"Labels": ["first", "second", "third"]}
    tifffile.imwrite(tmp_path / "image.tif", np.stack([GREY_16] * 3), imagej=True, metadata=labels)
    with tifffile.TiffFile(rewritten(tmp_path / "image.tif")) as file:
        assert (file.imagej_metadata or {})["Labels"] == labels["Labels"]


def exif_with_thumbnail() -> bytes:
    """Return EXIF data with a second directory, of a thumbnail."""
    entry = struct.pack("<HHI4s", 0x0112, 3, 1, b"\1\0\0\0")
    first = struct.pack("<H", 1) + entry + struct.pack("<I", 26)
    second = struct.pack("<H", 1) + struct.pack("<HHII", 0x0201, 4, 1, 44) + bytes(4)
    return b"Exif\0\0II*\0\x08\0\0\0" + first + second + b"thumbnail"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_thumbnail_which_shows_the_noise_is_not_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"image{suffix}"
    Image.fromarray(SMOOTH).save(path, exif=exif_with_thumbnail())
    for file, pointer in ((path, struct.pack("<I", 26)), (rewritten(path), bytes(4))):
        with Image.open(file) as image:
            exif = image.info["exif"].removeprefix(b"Exif\0\0")
        assert exif[22:26] == pointer


@pytest.mark.parametrize("options", [{"qtables": [[4] * 64, [5] * 64]}, {"progressive": True, "quality": 80}])
def test_tables_of_another_maker_and_progressive_scans_are_kept(tmp_path: Path, options: dict[str, Any]) -> None:
    Image.fromarray(SMOOTH).save(tmp_path / "image.jpg", **options)
    with Image.open(tmp_path / "image.jpg") as before, Image.open(rewritten(tmp_path / "image.jpg")) as after:
        assert after.quantization == before.quantization  # type: ignore[attr-defined]
        assert after.info == before.info


def test_exif_data_that_claim_to_be_huge_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.tif"
    tifffile.imwrite(path, COLOUR, metadata=None, extratags=[(EXIF - 1, 4, 1, 0, True)])
    append_directories(path, [{EXIF - 1: [(37500, 7, 100, bytes(100))] * 50}])
    content = path.read_bytes().replace(struct.pack("<HHI", 37500, 7, 100), struct.pack("<HHI", 37500, 7, 2**20))
    path.write_bytes(content + bytes(2**21))
    with pytest.raises(ImageFileError, match="its EXIF data claim to have 52,428,800 bytes"):
        rewritten(path)


def test_a_file_that_is_cut_while_it_is_read_does_no_harm(tmp_path: Path) -> None:
    large = RANDOM.integers(0, 256, (2500, 2500, 3), np.uint8)
    path = tmp_path / "image.bmp"
    Image.fromarray(large).save(path)

    def cut(image: DecodedImage) -> DecodedImage:
        path.write_bytes(b"")
        return image

    rewrite_image(path, tmp_path / "target.bmp", cut, arrays=TemporaryArrays(tmp_path))
    np.testing.assert_array_equal(next(read_image_file(tmp_path / "target.bmp")).pixels, large)


def test_a_truncated_file_leaves_nothing_and_is_named(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.fromarray(COLOUR).save(whole, "PNG")
    (tmp_path / "image.png").write_bytes(whole.getvalue()[:2000])
    with pytest.raises(ImageFileError, match=r"image\.png: "):
        rewrite_image(tmp_path / "image.png", tmp_path / "target.png", darker, arrays=TemporaryArrays(tmp_path))
    assert not (tmp_path / "target.png").exists()
