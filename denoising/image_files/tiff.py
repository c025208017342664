"""Decodes TIFF by tifffile: every page at its full depth."""

import logging
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import tifffile

from denoising.errors import ImageFileError
from denoising.image_files.decoded import Allocate, DecodedImage, Pixels, decoded, require_plausible_size

Page = Any  # a TiffPage of tifffile
MAX_PAGES = 100_000
MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_GREY = (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.MINISWHITE)


def decode_tiff(opened: BinaryIO) -> Iterator[DecodedImage]:
    """Yield the pages of a TIFF file; raises `ImageFileError`, or an exception of the library."""
    return (image for _, image in decode_pages(opened, allocate=np.empty))


def decode_pages(opened: BinaryIO, *, allocate: Allocate) -> Iterator[tuple[Page, DecodedImage]]:
    """Yield the pages of a TIFF file, each as tifffile describes it, and decoded."""
    size = opened.seek(0, os.SEEK_END)
    opened.seek(0)
    with refusing_what_is_logged():
        file = tifffile.TiffFile(opened)
        pages = len(file.pages)
    with file:
        if pages > MAX_PAGES:
            raise ImageFileError(f"it has {pages:,} pages, more than {MAX_PAGES:,}")
        count = 0
        for number in range(pages):
            with refusing_what_is_logged():
                frame = file.pages[number]
                page: Page = frame.aspage() if isinstance(frame, tifffile.TiffFrame) else frame
                if page.is_reduced or page.is_mask:  # thumbnails, masks
                    continue
                image = _decode(page, size=size, allocate=allocate)
            count += 1
            yield page, image
        with refusing_what_is_logged():
            planes = sum(math.prod(series.shape[: -series.keyframe.ndim]) for series in file.series)
        if not count or ((file.is_imagej or file.is_shaped or file.is_stk) and planes != count):
            raise ImageFileError(f"of its images, {count} can be read; save each as a page")


class _Warnings(logging.Filter):
    """Keeps what a thread logs while it asks for that, in place of showing it."""

    def __init__(self) -> None:
        super().__init__()
        self.of_thread = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        kept: list[str] | None = getattr(self.of_thread, "messages", None)
        if kept is not None and record.levelno >= logging.WARNING:
            kept.append(record.getMessage())
        return kept is None


_WARNINGS = _Warnings()


@contextmanager
def refusing_what_is_logged() -> Iterator[None]:
    """Raise `ImageFileError` if tifffile logged a warning: it has then not read all."""
    logging.getLogger("tifffile").addFilter(_WARNINGS)  # once, however often
    outer = getattr(_WARNINGS.of_thread, "messages", None)
    messages: list[str] = []
    _WARNINGS.of_thread.messages = messages
    try:
        yield
    finally:
        _WARNINGS.of_thread.messages = outer
    if messages:
        raise ImageFileError(messages[0].partition("\n")[0])


def _decode(page: Page, *, size: int, allocate: Allocate) -> DecodedImage:
    require_plausible_size(page.imagewidth, page.imagelength)
    if page.imagedepth > 1:
        raise ImageFileError("it is a volume; save its slices as pages")
    if any(sub.size > page.size for sub in page.pages or ()):
        raise ImageFileError("it has a larger image behind a small one; save that as a page")
    _require_channels(page)
    _require_whole(page, size=size)
    pixels = page.asarray(out=allocate(page.shape, page.dtype)) if page.dtype.kind in "uf" else page.asarray()
    if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
        pixels = np.moveaxis(pixels, 0, -1)
    orientation = int(page.tags.valueof("Orientation", 1))
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        return decoded(_resolve(pixels, page.colormap), orientation=orientation)
    bits = page.bitspersample
    white = None
    if pixels.dtype.kind in "ub":
        white = float(2**bits - 1)
        if bits < 8:  # one to seven bits have few values, which 8 bits hold exactly or nearly so
            pixels, white = np.rint(pixels * (255 / white)).astype(np.uint8), 255.0
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            invert_in_place(pixels, white)
    elif page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
        raise ImageFileError("its white is 0, which is not defined for floating point")
    return decoded(pixels, orientation=orientation, white=white)


def invert_in_place(pixels: Pixels, white: float) -> None:
    """Exchange black and white of grey pixels, (H, W), or (H, W, 2) whose alpha stays as it is."""
    grey = pixels[..., 0] if pixels.ndim == 3 else pixels
    np.subtract(pixels.dtype.type(white), grey, out=grey)


def _resolve(indices: Pixels, colours: Pixels) -> Pixels:
    """Return palette indices (H, W) as colours (H, W, 3): of 8 bits where the palette has no more, else of 16."""
    resolved = np.moveaxis(colours, 0, -1)[indices.astype(np.uint16)]  # of 1 bit they are booleans
    eight = resolved >> 8
    return eight.astype(np.uint8) if np.all(np.isin(resolved, (eight << 8, eight * 257))) else resolved


def _require_channels(page: Page) -> None:
    """Refuse colours that are not those of the screen, and channels that are neither colour nor transparency."""
    photometric, samples = page.photometric, page.samplesperpixel
    if not isinstance(page.bitspersample, int):
        raise ImageFileError("its channels have different numbers of bits; save it with 8 or 16 for all")
    is_jpeg = page.compression in (tifffile.COMPRESSION.JPEG, tifffile.COMPRESSION.OJPEG)
    known = (*_GREY, tifffile.PHOTOMETRIC.RGB, tifffile.PHOTOMETRIC.PALETTE)
    if photometric not in known and not (photometric == tifffile.PHOTOMETRIC.YCBCR and is_jpeg):
        raise ImageFileError(f"its colours are {photometric.name}; convert it to RGB or grey first")
    colours = 1 if photometric in (*_GREY, tifffile.PHOTOMETRIC.PALETTE) else 3
    extra = [int(kind) for kind in page.extrasamples]
    if extra == [tifffile.EXTRASAMPLE.ASSOCALPHA]:
        raise ImageFileError("its alpha channel is premultiplied; save it without that")
    if samples != colours and not (samples == colours + 1 and extra == [tifffile.EXTRASAMPLE.UNASSALPHA]):
        raise ImageFileError(f"it has {samples} channels; save it as grey or RGB, with or without transparency")


def _require_whole(page: Page, *, size: int) -> None:
    """Refuse a page whose segments are missing or lie beyond the end of the file: tifffile would fill in zeros."""
    if not len(page.dataoffsets) == len(page.databytecounts) == math.prod(page.chunked):
        raise ImageFileError("it is truncated: a part of its pixels is missing")
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if not offset or not count or offset + count > size:
            raise ImageFileError("it is truncated: a part of its pixels is missing")
    if page.compression == tifffile.COMPRESSION.NONE:
        expected = page.imagewidth * page.imagelength * page.samplesperpixel * page.bitspersample // 8
        if sum(page.databytecounts) < expected:
            raise ImageFileError("it is truncated: a part of its pixels is missing")
