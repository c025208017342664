"""Decodes the image files of a split into the prepared data, one after the other."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from denoising.datasets.folder import ImageFile, in_lines
from denoising.errors import DenoisingError, ImageFileError
from denoising.image_files.normalize import FOURTEEN_BITS, SIXTEEN_BITS, normalize
from denoising.image_files.reader import decode_image
from denoising.images import Stored, as_sixteen_bit
from denoising.io.ragged import writing_ragged
from denoising.io.splits import SPLIT_NAMES, write_files

MIN_SIDE = 16  # pixels
Item = TypeVar("Item")
Pair = tuple[str, Stored, Stored | None]  # the name of an image, the clean and a recorded noisy version


class ImageSplitWriter:
    """Writes splits of image files to a folder, and collects what is wrong with files instead of stopping.

    An image's label is the position of its class among `classes`; without classes there are no labels.
    """

    def __init__(self, folder: Path, *, color_mode: str, white: float | None, classes: Sequence[str]) -> None:
        self._folder, self._color_mode, self._white, self._classes = folder, color_mode, white, classes
        self._brightest = 0  # value of all images whose white is that of 16 bits
        self._of_size: dict[tuple[int, ...], list[str]] = defaultdict(list)  # the names of images by their (H, W, C)
        self.problems: list[str] = []
        self.transparent: list[str] = []
        self._fingerprints: dict[str, list[bytes]] = {}  # of every image, by split

    def write(self, split: str, files: Sequence[ImageFile], *, on_file: Callable[[], object]) -> dict[str, Any]:
        """Write the images of a split; return their number and a checksum of their pixels."""
        names: list[str] = []
        groups: list[str] = []
        labels: list[int] = []
        fingerprints = self._fingerprints[split] = []
        clean_digest = hashlib.sha256()
        noisy_digest = hashlib.sha256()
        with ExitStack() as stack:
            clean_file = stack.enter_context(writing_ragged(self._folder / f"clean/{split}.bin"))
            noisy_file = None
            if any(file.noisy for file in files):
                noisy_file = stack.enter_context(writing_ragged(self._folder / f"noisy/{split}.bin"))
            for file in files:
                for name, clean, noisy in self._pairs(file):
                    names.append(name)
                    self._of_size[clean.shape].append(name)
                    groups.append(file.group or file.sha256)
                    if file.class_name is not None:
                        labels.append(self._classes.index(file.class_name))
                    clean_file.append(clean)
                    clean_digest.update(_digest(clean))
                    fingerprints.append(_digest(as_sixteen_bit(clean)))
                    if noisy_file and noisy is not None:
                        noisy_file.append(noisy)
                        noisy_digest.update(_digest(noisy))
                on_file()
        write_files(self._folder, split, names, groups)
        if self._classes:
            np.save(self._folder / f"clean/{split}_labels.npy", np.array(labels, np.uint8))
        sums = {"sha256": clean_digest.hexdigest(), "noisy_sha256": noisy_digest.hexdigest()}
        return {"images": len(names), "files": len(files), **(sums if noisy_file else {"sha256": sums["sha256"]})}

    def finish(self) -> dict[str, int]:
        """Return how many validation images are also training images, and how many test images are one of either.

        Raises:
            DenoisingError: when anything was wrong, with every file.
        """
        if self.problems:
            raise DenoisingError(in_lines("These images cannot be used:", dict.fromkeys(self.problems)))
        if not self._white and 0 < self._brightest <= FOURTEEN_BITS:
            raise DenoisingError(
                f"The 16-bit images have no value above {self._brightest} of 65535: they seem to have fewer bits. Set "
                "prepare.folder.white: to 4095 for 12 bits, to 16383 for 14, or to 65535 if they are only dark."
            )
        if self._classes and len(self._of_size) > 1:
            usual, *other_sizes = sorted(self._of_size, key=lambda size: -len(self._of_size[size]))
            others = [f"{name}: {size[1]}x{size[0]}" for size in other_sizes for name in self._of_size[size]]
            raise DenoisingError(
                in_lines(f"Images with labels must have one size. Most are {usual[1]}x{usual[0]}, but:", others)
            )
        train, validation, test = (self._fingerprints[split] for split in SPLIT_NAMES)
        known = {"validation": set(train), "test": {*train, *validation}}
        return {
            "validation": sum(one in known["validation"] for one in validation),
            "test": sum(one in known["test"] for one in test),
        }

    def _pairs(self, file: ImageFile) -> Iterator[Pair]:
        """Yield each image of a file, with each of its noisy versions."""
        if not file.noisy:
            yield from ((name, clean, None) for name, clean in _named(file, self._read(file)))
            return
        for version in file.noisy:
            noted = len(self.problems)
            for name, (clean, noisy) in _named(version, zip_longest(self._read(file), self._read(version, noisy=True))):
                if clean is not None and noisy is not None and clean.shape == noisy.shape:
                    yield name, clean, noisy
                    continue
                if len(self.problems) == noted:
                    sizes = [f"{of.shape[1]}x{of.shape[0]}" if of is not None else "no page" for of in (clean, noisy)]
                    self.problems.append(f"{version.path}: does not have the size of {file.name} ({', '.join(sizes)})")
                break

    def _read(self, file: ImageFile, *, noisy: bool = False) -> Iterator[Stored]:
        """Yield the images of a file; a problem is noted where it cannot be used, or only in part."""
        try:
            with file.path.open("rb") as opened:
                before = os.fstat(opened.fileno())
                right = hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
                opened.seek(0)
                for image in decode_image(opened, name=str(file.path)) if right else ():
                    height, width = image.pixels.shape[:2]
                    if min(height, width) < MIN_SIDE:
                        raise ImageFileError(f"{width}x{height} pixels are less than {MIN_SIDE}x{MIN_SIDE}")
                    if image.alpha is not None and image.alpha.min() < image.white:
                        self.transparent.append(file.name)
                    if image.white == SIXTEEN_BITS:
                        self._brightest = max(self._brightest, int(image.pixels.max()))
                    yield normalize(image, color_mode=self._color_mode, white=self._white, noisy=noisy)
                after = os.fstat(opened.fileno())
            if not right or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
                raise ImageFileError("the file changed while this stage ran; run `dvc repro` again")
        except ImageFileError as error:
            text = str(error)
            self.problems.append(text if str(file.path) in text else f"{file.path}: {text}")
        except OSError as error:
            self.problems.append(f"{file.path}: {error.strerror or error}")


def _named(file: ImageFile, items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    """Yield items with the name of their file and, where there are several, their number."""
    iterator = iter(items)
    first = list(islice(iterator, 2))
    for number, item in enumerate(chain(first, iterator), start=1):
        yield file.name if len(first) == 1 else f"{file.name} [{number}]", item


def _digest(image: Stored) -> bytes:
    """Return a checksum of the pixels; equal ones of 8 and of 16 bits have the same."""
    content = image if image.dtype == np.float32 else as_sixteen_bit(image)
    return hashlib.sha256(f"{content.shape}".encode() + content.tobytes()).digest()
