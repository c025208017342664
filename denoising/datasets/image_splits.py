"""Decodes the image files of a split into the prepared data, one after the other."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from denoising.datasets.folder import ImageFile, in_lines
from denoising.errors import DenoisingError, ImageFileError
from denoising.image_files.normalise import normalise
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
        self.problems: list[str] = []
        self.transparent: list[str] = []
        self.digests: dict[str, list[bytes]] = {}  # of the pixels of every image, by split

    def write(self, split: str, files: Sequence[ImageFile], *, on_file: Callable[[], object]) -> dict[str, Any]:
        """Write the images of a split; return their number and a checksum of their pixels."""
        names: list[str] = []
        groups: list[str] = []
        labels: list[int] = []
        digests = self.digests[split] = []
        noisy_digest = hashlib.sha256()
        with ExitStack() as stack:
            clean_file = stack.enter_context(writing_ragged(self._folder / f"clean/{split}.bin"))
            noisy_file = None
            if any(file.noisy for file in files):
                noisy_file = stack.enter_context(writing_ragged(self._folder / f"noisy/{split}.bin"))
            for file in files:
                for name, clean, noisy in self._pairs(file):
                    names.append(name)
                    groups.append(file.group or file.sha256)
                    if file.class_name is not None:
                        labels.append(self._classes.index(file.class_name))
                    clean_file.append(clean)
                    digests.append(_digest(clean))
                    if noisy_file and noisy is not None:
                        noisy_file.append(noisy)
                        noisy_digest.update(_digest(noisy))
                on_file()
        write_files(self._folder, split, names, groups)
        if self._classes:
            np.save(self._folder / f"clean/{split}_labels.npy", np.array(labels, np.uint8))
        sums = {"sha256": hashlib.sha256(b"".join(digests)).hexdigest(), "noisy_sha256": noisy_digest.hexdigest()}
        return {"images": len(names), "files": len(files), **(sums if noisy_file else {"sha256": sums["sha256"]})}

    def finish(self) -> dict[str, int]:
        """Return how many validation images are also training images, and how many test images are one of either.

        Raises:
            DenoisingError: when anything was wrong, with every file.
        """
        if self.problems:
            raise DenoisingError(in_lines("These images cannot be used:", dict.fromkeys(self.problems)))
        train, validation, test = (self.digests[split] for split in SPLIT_NAMES)
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
            for name, (clean, noisy) in _named(version, zip_longest(self._read(file), self._read(version))):
                if clean is not None and noisy is not None and clean.shape == noisy.shape:
                    yield name, clean, noisy
                    continue
                if len(self.problems) == noted:
                    sizes = [f"{of.shape[1]}x{of.shape[0]}" if of is not None else "no page" for of in (clean, noisy)]
                    self.problems.append(f"{version.path}: does not have the size of {file.name} ({', '.join(sizes)})")
                break

    def _read(self, file: ImageFile) -> Iterator[Stored]:
        """Yield the images of a file; a problem is noted where it cannot be used, or only in part."""
        try:
            content = file.path.read_bytes()
            if hashlib.sha256(content).hexdigest() != file.sha256:
                raise ImageFileError(f"{file.path}: the file changed while this stage ran; run `dvc repro` again")
            for image in decode_image(content, name=str(file.path)):
                height, width = image.pixels.shape[:2]
                if min(height, width) < MIN_SIDE:
                    raise ImageFileError(f"{file.path}: {width}x{height} pixels are less than {MIN_SIDE}x{MIN_SIDE}")
                if image.alpha is not None and image.alpha.min() < image.white:
                    self.transparent.append(file.name)
                yield normalise(image, color_mode=self._color_mode, white=self._white)
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
    content = as_sixteen_bit(image)
    return hashlib.sha256(f"{content.shape}".encode() + content.tobytes()).digest()
