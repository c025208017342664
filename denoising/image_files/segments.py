"""What a PNG or JPEG file says beside its pixels: chunks and segments, copied from one file to another."""

import mmap
import struct
import zlib
from collections.abc import Iterator

Content = bytes | mmap.mmap
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33  # of a PNG file: its signature and first chunk
# Colour, resolution, text, time and EXIF; not what describes stored values, such as palettes and significant bits.
_KEPT_CHUNKS = {b"cHRM", b"cICP", b"gAMA", b"iCCP", b"sRGB", b"pHYs", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_EXIF, _ADOBE, _COMMENT = 0xE1, 0xEE, 0xFE
_EXIF_BEGINS = b"Exif\0\0"
_APPLICATION = range(0xE0, 0xF0)
_START_OF_SCAN = 0xDA


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG file with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def kept_chunks(content: Content) -> bytes:
    """Return the chunks of a PNG file that hold for the image whatever its pixels."""
    kept = (
        png_chunk(kind, without_thumbnail(content[start + 8 : end - 4])) if kind == b"eXIf" else content[start:end]
        for kind, start, end in _chunks(content)
        if kind in _KEPT_CHUNKS
    )
    return b"".join(kept)


def exif_of_png(content: Content) -> bytes:
    """Return the EXIF data in a chunk of a PNG file, or nothing."""
    return next((content[start + 8 : end - 4] for kind, start, end in _chunks(content) if kind == b"eXIf"), b"")


def without_thumbnail(exif: bytes) -> bytes:
    """Return EXIF data whose first directory points to no second one, which describes a thumbnail."""
    header = len(_EXIF_BEGINS) if exif.startswith(_EXIF_BEGINS) else 0
    order = {b"II": "<", b"MM": ">"}.get(exif[header : header + 2])
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, header + 4)
        (count,) = struct.unpack_from(f"{order}H", exif, header + first)
        pointer = header + first + 2 + 12 * count
        struct.unpack_from(f"{order}I", exif, pointer)
    except struct.error:
        return exif
    return exif[:pointer] + bytes(4) + exif[pointer + 4 :]


def with_chunks(png: bytes | memoryview, chunks: bytes) -> tuple[bytes, memoryview]:
    """Return the two parts of a PNG file: up to and with these chunks, and the rest."""
    return bytes(png[:_HEADER_END]) + chunks, memoryview(png)[_HEADER_END:]


def kept_segments(content: Content) -> bytes:
    """Return the segments of a JPEG file that hold for the image whatever its pixels: EXIF, profile, comments."""
    parts = []
    for marker, start, end in _segments(content):
        is_preview = (
            content[start + 4 : start + 8] == b"MPF\0"
        )  # an index of images behind this one, which are not kept
        if marker == _EXIF and content[start + 4 : start + 10] == _EXIF_BEGINS:
            parts.append(content[start : start + 4] + without_thumbnail(content[start + 4 : end]))
        elif marker == _COMMENT or (marker in _APPLICATION and marker != _ADOBE and not is_preview):
            parts.append(content[start:end])
    return b"".join(parts)


def with_segments(jpeg: bytes, segments: bytes) -> bytes:
    """Return a JPEG file with these segments in place of its own."""
    rest = b"".join(jpeg[start:end] for marker, start, end in _segments(jpeg) if marker not in _APPLICATION)
    *_, (_, _, last) = _segments(jpeg)
    return jpeg[:2] + segments + rest + jpeg[last:]


def has_end(content: Content) -> bool:
    """Say whether the scans of a JPEG file have an end: without it, a part of its pixels is missing."""
    scans = max((end for _, _, end in _segments(content)), default=2)
    return content.find(b"\xff\xd9", scans) >= 0


def is_lossless_webp(content: Content) -> bool:
    """Say whether a WebP file is stored without loss."""
    start = 12
    while start + 8 <= len(content):
        kind, size = struct.unpack("<4sI", content[start : start + 8])
        if kind == b"VP8L":
            return True
        start += 8 + size + size % 2
    return False


def _chunks(content: Content) -> Iterator[tuple[bytes, int, int]]:
    start = len(PNG_SIGNATURE)
    while start + 12 <= len(content):
        size, kind = struct.unpack(">I4s", content[start : start + 8])
        end = start + 12 + size
        if end > len(content):
            return
        yield kind, start, end
        start = end


def _segments(content: Content) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of the segments before the first scan."""
    start = 2
    while start + 4 <= len(content):
        prefix, marker, size = struct.unpack(">BBH", content[start : start + 4])
        if prefix != 0xFF or marker == _START_OF_SCAN:
            return
        if marker == 0xFF:  # padding
            start += 1
            continue
        yield marker, start, start + 2 + size
        start += 2 + size
