"""Says whether a file holds colours at a lower resolution than brightness, as most JPEG files do."""

from contextlib import suppress
from pathlib import Path

from PIL import Image

LOSSY_WEBP = b"VP8 "  # a chunk
YCBCR = 6  # a photometric interpretation of TIFF
PHOTOMETRIC, SUBSAMPLING = 262, 530  # tags of TIFF
HEAD_BYTES = 2**16


def has_subsampled_chroma(path: Path) -> bool:
    """Return whether the colours of a JPEG, WebP or TIFF file have fewer pixels; no for what cannot be read.

    The noise of such colours covers several pixels, which a network for white noise leaves.
    """
    with (
        suppress(Exception),
        Image.open(path, formats=["JPEG", "WEBP", "TIFF"]) as image,
    ):  # the reader says what is wrong
        if image.format == "WEBP":
            with path.open("rb") as file:
                return LOSSY_WEBP in file.read(HEAD_BYTES)
        if image.format == "TIFF":
            tags = image.tag_v2  # type: ignore[attr-defined]
            return tags.get(PHOTOMETRIC) == YCBCR and tuple(tags.get(SUBSAMPLING, (2, 2))) != (1, 1)
        return len({component[1:3] for component in image.layer}) > 1  # type: ignore[attr-defined]
    return False
