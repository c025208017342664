"""Says whether a file holds colours at a lower resolution than brightness, as most JPEG files do."""

from contextlib import suppress
from pathlib import Path

from PIL import Image

from denoising.image_files.segments import is_lossless_webp

YCBCR = 6  # a photometric interpretation of TIFF
PHOTOMETRIC, SUBSAMPLING = 262, 530  # tags of TIFF


def has_subsampled_chroma(path: Path) -> bool:
    """Return whether the colours of a JPEG, WebP or TIFF file have fewer pixels; no for what cannot be read.

    The noise of such colours covers several pixels, which a network for white noise leaves.
    """
    # What cannot be opened here is named by the reader.
    with suppress(Exception), Image.open(path, formats=["JPEG", "WEBP", "TIFF"]) as image:
        if image.format == "WEBP":
            return not is_lossless_webp(path.read_bytes())
        if image.format == "TIFF":
            tags = image.tag_v2  # type: ignore[attr-defined]
            return tags.get(PHOTOMETRIC) == YCBCR and tuple(tags.get(SUBSAMPLING, (2, 2))) != (1, 1)
        return len({component[1:3] for component in image.layer}) > 1  # type: ignore[attr-defined]
    return False
