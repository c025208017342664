"""Copies the directories of EXIF and GPS of a TIFF file to another, which tifffile reads but does not write."""

import struct
from pathlib import Path
from typing import Any, BinaryIO

import tifffile

from denoising.errors import ImageFileError

EXIF, GPS = 34665, 34853  # the tags that point to directories
_PLACEHOLDERS = {EXIF - 1: EXIF, GPS - 1: GPS}  # unused tags, with which the file is written first
_POINTERS = {40965}  # within a directory, to another
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # bytes of a value of each type
MAX_BYTES = 2**24
Entry = tuple[int, int, int, bytes]  # tag, type, count, values
Directories = dict[int, list[Entry]]  # by placeholder


def read_directories(file: BinaryIO, page: Any) -> Directories:
    """Return the directories to which a page of an open TIFF file points; none of a BigTIFF file."""
    if page.parent.is_bigtiff:
        return {}
    found = {placeholder: page.tags.get(code) for placeholder, code in _PLACEHOLDERS.items()}
    offsets = {placeholder: tag.offset + 8 for placeholder, tag in found.items() if tag}  # the inline value
    order = page.parent.byteorder
    return {placeholder: _read(file, _number(file, at, order), order) for placeholder, at in offsets.items()}


def append_directories(path: Path, directories: list[Directories]) -> None:
    """Write the directories of each page behind the end of a TIFF file, and turn placeholders into pointers to them."""
    with tifffile.TiffFile(path) as tiff:
        order, pages = tiff.byteorder, [tiff.pages[number].aspage() for number in range(len(tiff.pages))]
        tags = [{code: page.tags[code] for code in of} for page, of in zip(pages, directories, strict=True)]
    with path.open("r+b") as file:
        for of_page, found in zip(directories, tags, strict=True):
            for placeholder, entries in of_page.items():
                offset = file.seek(0, 2)
                offset += offset % 2
                file.seek(offset)
                file.write(_packed(entries, offset, order))
                file.seek(found[placeholder].offset)
                file.write(struct.pack(f"{order}HHII", _PLACEHOLDERS[placeholder], 4, 1, offset))


def _number(file: BinaryIO, offset: int, order: str) -> int:
    file.seek(offset)
    return int(struct.unpack(f"{order}I", file.read(4))[0])


def _read(file: BinaryIO, offset: int, order: str) -> list[Entry]:
    file.seek(offset)
    (count,) = struct.unpack(f"{order}H", _bytes(file, 2))
    found = [struct.unpack(f"{order}HHI4s", _bytes(file, 12)) for _ in range(count)]
    kept = [entry for entry in found if entry[1] in _SIZES and entry[0] not in _POINTERS]
    size = sum(_SIZES[kind] * number for _, kind, number, _ in kept)
    if size > MAX_BYTES:
        raise ImageFileError(f"its EXIF data claim to have {size:,} bytes")
    return [(code, kind, number, _values(file, kind, number, inline, order)) for code, kind, number, inline in kept]


def _values(file: BinaryIO, kind: int, count: int, inline: bytes, order: str) -> bytes:
    size = _SIZES[kind] * count
    if size <= 4:
        return inline[:size]
    file.seek(struct.unpack(f"{order}I", inline)[0])
    return _bytes(file, size)


def _bytes(file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise ImageFileError("its EXIF data are truncated")
    return content


def _packed(entries: list[Entry], offset: int, order: str) -> bytes:
    table, values = [struct.pack(f"{order}H", len(entries))], []
    behind = offset + 2 + 12 * len(entries) + 4
    for code, kind, count, content in entries:
        inline = content.ljust(4, b"\0")
        if len(content) > 4:
            inline = struct.pack(f"{order}I", behind)
            values.append(content + b"\0" * (len(content) % 2))
            behind += len(values[-1])
        table.append(struct.pack(f"{order}HHI4s", code, kind, count, inline))
    return b"".join([*table, bytes(4), *values])
