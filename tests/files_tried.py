"""Image files of every kind that `denoise` may meet: whole, broken and hostile ones."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

RANDOM = np.random.default_rng(1)
GREY, COLOUR = RANDOM.integers(60, 200, (40, 52), np.uint8), RANDOM.integers(60, 200, (40, 52, 3), np.uint8)
GREY_16, COLOUR_16 = GREY.astype(np.uint16) * 257, COLOUR.astype(np.uint16) * 257
FLOAT = (GREY / 255).astype(np.float32)
GREY_ALPHA, ALPHA = np.dstack([GREY, GREY[::-1]]), np.dstack([COLOUR, GREY])
Array = NDArray[Any]


def pillow(array: Array | Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    (array if isinstance(array, Image.Image) else Image.fromarray(array)).save(file, kind, **options)
    return file.getvalue()


def deep_png(array: Array) -> bytes:
    return bytes(imagecodecs.png_encode(array))


def tiff(array: Array, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def animation() -> bytes:
    return pillow(COLOUR, "WEBP", save_all=True, append_images=[Image.fromarray(255 - COLOUR)])


def preview() -> bytes:
    return pillow(COLOUR, "MPO", save_all=True, append_images=[Image.fromarray(COLOUR[::2, ::2])])


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


# Each is right: the result has its format, size, depth and transparency, and less noise.
WHOLE: dict[str, Callable[[], bytes]] = {
    "grey-8.png": lambda: pillow(GREY, "PNG"),
    "grey-16.png": lambda: deep_png(GREY_16),
    "grey-alpha.png": lambda: pillow(GREY_ALPHA, "PNG"),
    "colour-8.png": lambda: pillow(COLOUR, "PNG"),
    "colour-16.png": lambda: deep_png(COLOUR_16),
    "colour-alpha.png": lambda: pillow(ALPHA, "PNG"),
    "colour-alpha-16.png": lambda: deep_png(ALPHA.astype(np.uint16) * 257),
    "palette.png": lambda: pillow(Image.fromarray(COLOUR).quantize(64), "PNG"),
    "palette-transparent.png": lambda: pillow(Image.fromarray(COLOUR).quantize(64), "PNG", transparency=0),
    "bits.png": lambda: pillow(GREY > 127, "PNG"),
    "turned.png": lambda: pillow(COLOUR, "PNG", exif=turned()),
    "grey.jpg": lambda: pillow(GREY, "JPEG", quality=95),
    "colour.jpg": lambda: pillow(COLOUR, "JPEG", quality=95),
    "colour-420.jpg": lambda: pillow(COLOUR, "JPEG", quality=90, subsampling=2),
    "progressive.jpg": lambda: pillow(COLOUR, "JPEG", quality=95, progressive=True),
    "turned.jpg": lambda: pillow(COLOUR, "JPEG", quality=95, exif=turned()),
    "preview.jpg": preview,
    "upper-case.JPG": lambda: pillow(COLOUR, "JPEG", quality=95),
    "colour.webp": lambda: pillow(COLOUR, "WEBP", quality=95),
    "lossless.webp": lambda: pillow(COLOUR, "WEBP", lossless=True),
    "alpha.webp": lambda: pillow(ALPHA, "WEBP", lossless=True, exact=True),
    "grey.bmp": lambda: pillow(GREY, "BMP"),
    "colour.bmp": lambda: pillow(COLOUR, "BMP"),
    "grey-8.tif": lambda: tiff(GREY),
    "grey-12.tif": lambda: tiff(GREY_16 >> 4, bitspersample=12),
    "grey-16.tif": lambda: tiff(GREY_16),
    "float.tif": lambda: tiff(FLOAT),
    "half-float.tif": lambda: tiff(FLOAT.astype(np.float16)),
    "colour-8.tif": lambda: tiff(COLOUR),
    "colour-16-lzw.tif": lambda: tiff(COLOUR_16, compression="lzw", predictor=True),
    "colour-zstd.tif": lambda: tiff(COLOUR, compression="zstd"),
    "jpeg-in.tif": lambda: tiff(COLOUR, compression="jpeg", photometric="rgb"),
    "alpha.tif": lambda: tiff(ALPHA, photometric="rgb", extrasamples=["unassalpha"]),
    "white-is-zero.tif": lambda: tiff(GREY, photometric="miniswhite"),
    "planes.tif": lambda: tiff(np.moveaxis(COLOUR, -1, 0), photometric="rgb", planarconfig="separate"),
    "tiles.tif": lambda: tiff(np.tile(COLOUR, (3, 3, 1)), tile=(64, 64)),
    "big-endian.tif": lambda: tiff(GREY_16, byteorder=">", bigtiff=True),
    "stack.tif": lambda: tiff(np.stack([GREY_16] * 3), photometric="minisblack"),
    "imagej.tif": lambda: tiff(np.stack([GREY_16] * 3), imagej=True),
    "ome.tif": lambda: tiff(np.stack([GREY_16] * 3), ome=True, metadata={"axes": "ZYX"}),
    "one-pixel.png": lambda: pillow(GREY[:1, :1], "PNG"),
    "strip.png": lambda: pillow(np.tile(GREY[:1], (1, 97)), "PNG"),
    "larger-than-a-tile.png": lambda: pillow(np.tile(GREY, (27, 22)), "PNG"),
    "a PNG by another name.jpg": lambda: pillow(GREY, "PNG"),
    "图像 – with spaces.png": lambda: pillow(GREY, "PNG"),
}

# Each is refused in one sentence that names the file and contains these words, and nothing is written.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.png": (lambda: b"", "empty"),
    "text.png": (lambda: b"This is no image.", "no PNG, JPEG, TIFF, WebP or BMP image"),
    "zeros.png": (lambda: bytes(100), "no PNG"),
    "moving.gif.png": (lambda: pillow(GREY, "GIF"), "no PNG"),
    "cut.png": (lambda: cut(pillow(GREY, "PNG")), "cut.png"),
    "cut.jpg": (lambda: cut(pillow(COLOUR, "JPEG")), "truncated"),
    "cut.webp": (lambda: cut(pillow(COLOUR, "WEBP", lossless=True)), "cut.webp"),
    "cut.bmp": (lambda: cut(pillow(COLOUR, "BMP")), "truncated"),
    "cut.tif": (lambda: cut(tiff(COLOUR)), "cut.tif"),
    "cut-lzw.tif": (lambda: cut(tiff(COLOUR, compression="lzw")), "cut-lzw.tif"),
    "bomb.png": (lambda: png_that_claims(100_000, 100_000), "more than 268,435,456 pixels"),
    "lying.png": (lambda: png_that_claims(3000, 3000), "lying.png"),
    "cmyk.jpg": (lambda: pillow(Image.fromarray(ALPHA, "CMYK"), "JPEG"), "CMYK"),
    "animation.webp": (animation, "animation"),
    "signed.tif": (lambda: tiff(GREY_16.astype(np.int16)), "int16"),
    "complex.tif": (lambda: tiff(FLOAT.astype(np.complex64)), "complex64"),
    "not-a-number.tif": (lambda: tiff(np.full((8, 8), np.nan, np.float32)), "NaN"),
    "from-0-to-255.tif": (lambda: tiff(GREY.astype(np.float32)), "white is 1"),
    "five-channels.tif": (lambda: tiff(np.zeros((8, 8, 5), np.uint8), photometric="rgb"), "5 channels"),
    "fluorescence.tif": (
        lambda: tiff(COLOUR, photometric="minisblack", planarconfig="contig"),
        "3 channels",
    ),
    "multiplied.tif": (lambda: tiff(ALPHA, photometric="rgb", extrasamples=["assocalpha"]), "multiplied"),
    "pickle.png": (lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.", "no PNG"),
}
