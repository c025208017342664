"""Writes an image file in another format, with its colour profile and resolution."""

import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import ExifTags, Image

from denoising.errors import ImageFileError
from denoising.image_files.decoded import Change, DecodedImage, channels_together
from denoising.image_files.raster import decode_raster, exif_of, opened
from denoising.image_files.raster_writer import encode_png
from denoising.image_files.reader import is_tiff, naming
from denoising.image_files.rewriter import rewrite_image
from denoising.image_files.segments import png_chunk, with_chunks, without_thumbnail
from denoising.image_files.tiff import decode_pages
from denoising.io.temporary_arrays import TemporaryArrays

SUFFIXES = {"png": ".png", "jpeg": ".jpg", "tiff": ".tif", "webp": ".webp", "bmp": ".bmp"}
_OPTIONS: dict[str, dict[str, Any]] = {  # of Pillow
    "jpeg": {"quality": 95, "subsampling": 0},
    "webp": {"lossless": True, "exact": True},
    "bmp": {},
}
_METADATA = {"jpeg": ("profile", "exif", "dpi"), "webp": ("profile", "exif"), "bmp": ("dpi",)}
_WORDS = {"profile": "icc_profile"}  # Pillow's
_METERS_PER_INCH = 0.0254
_PROFILE, _RESOLUTION = 34675, 282  # tags of TIFF
_DEPTHS = {np.dtype(np.uint16): "of 16 bits", np.dtype(np.float32): "floating-point numbers"}


@dataclass(frozen=True)
class _Metadata:
    """What most formats can say of an image."""

    profile: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None


def convert_image(
    source: Path, target: Path, change: Change, *, to: str, arrays: TemporaryArrays, name: str | None = None
) -> None:
    """Write to `target`, in a format of SUFFIXES, what `change` makes of the image in `source`, upright.

    A file that has the format is rewritten as it is. EXIF data are kept between PNG, JPEG and WebP.

    Raises:
        ImageFileError: when `source` cannot be read whole, or the format cannot hold what it has.
    """
    with naming(name or str(source)), source.open("rb") as file:
        if is_tiff(file):
            image, metadata = (None, None) if to == "tiff" else _read_tiff(file, to=to)
        else:
            content = arrays.read(file)
            with opened(content) as original:
                found = {"MPO": "jpeg"}.get(original.format or "", str(original.format).lower())
                metadata = _metadata(original, content)
            image = None if found == to else decode_raster(content, allocate=arrays.allocate)
        if image and metadata:
            _write(change(image.upright()), target, metadata, to=to)
            return
    rewrite_image(source, target, change, arrays=arrays, name=name)


def _read_tiff(file: Any, *, to: str) -> tuple[DecodedImage, _Metadata]:
    pages = decode_pages(file, allocate=np.empty)
    page, image = next(pages)
    if next(pages, None):  # and the file has no more than this one, which the end of the pages tells
        raise ImageFileError(f"it has several pages, which {to} cannot hold; leave out --format")
    across, down = page.get_resolution("inch") if _RESOLUTION in page.tags else (0, 0)
    return image, _Metadata(page.tags.valueof(_PROFILE), None, (across, down) if across and down else None)


def _metadata(original: Image.Image, content: Any) -> _Metadata:
    exif = exif_of(original, content)
    exif.pop(ExifTags.Base.Orientation, None)  # which is obeyed
    return _Metadata(
        original.info.get("icc_profile"),
        without_thumbnail(exif.tobytes()) if exif else None,
        original.info.get("dpi"),
    )


def _write(image: DecodedImage, target: Path, metadata: _Metadata, *, to: str) -> None:
    pixels = channels_together(image)
    if pixels.dtype == np.uint16 and image.white != 65535:  # such as 12 bits, of which other formats do not tell
        pixels = np.rint(pixels * (65535 / image.white)).astype(np.uint16)
    if to == "tiff":
        _write_tiff(pixels, target, metadata, has_alpha=image.alpha is not None)
    elif pixels.dtype in _DEPTHS and not (to == "png" and pixels.dtype == np.uint16):
        raise ImageFileError(f"its pixels are {_DEPTHS[pixels.dtype]}, which {to} cannot hold; use --format tiff")
    elif image.alpha is not None and to in ("jpeg", "bmp"):
        raise ImageFileError(f"it has transparency, which {to} cannot hold; use --format png")
    elif to == "png":
        target.write_bytes(b"".join(with_chunks(encode_png(pixels), _chunks(metadata))))
    else:
        options = {_WORDS.get(fact, fact): value for fact in _METADATA[to] if (value := getattr(metadata, fact))}
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, to.upper(), **_OPTIONS[to], **options)
        target.write_bytes(file.getvalue())


def _write_tiff(pixels: Any, target: Path, metadata: _Metadata, *, has_alpha: bool) -> None:
    tags = [(_PROFILE, 7, len(metadata.profile), metadata.profile, True)] if metadata.profile else []
    options: dict[str, Any] = {"resolution": metadata.dpi, "resolutionunit": "INCH"} if metadata.dpi else {}
    channels = pixels.shape[-1] if pixels.ndim == 3 else 1
    tifffile.imwrite(
        target,
        pixels,
        photometric="minisblack" if channels < 3 else "rgb",
        planarconfig="contig" if channels > 1 else None,
        extrasamples=["unassalpha"] if has_alpha else None,
        compression="adobe_deflate",
        predictor=True,
        metadata=None,
        software=False,
        extratags=tags,
        **options,
    )


def _chunks(metadata: _Metadata) -> bytes:
    chunks = b""
    if metadata.profile:
        chunks += png_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.profile))
    if metadata.dpi:
        across, down = (round(float(value) / _METERS_PER_INCH).to_bytes(4, "big") for value in metadata.dpi)
        chunks += png_chunk(b"pHYs", across + down + b"\1")
    if metadata.exif:
        chunks += png_chunk(b"eXIf", metadata.exif.removeprefix(b"Exif\0\0"))
    return chunks
