"""What every architecture is given: the shape of the images and the size of the network."""

from dataclasses import dataclass

from denoising.errors import DenoisingError

ImageShape = tuple[int | None, ...]  # (H, W, C); None for any height or width


@dataclass(frozen=True)
class ModelSize:
    """The filters of a convolution and the number of consecutive convolutions; each architecture says where."""

    filters: int
    depth: int


def require_multiple_of_4(shape: ImageShape, architecture: str) -> None:
    """Raise `DenoisingError` where images of this shape cannot be halved twice."""
    if any(side is not None and side % 4 for side in shape[:2]):
        raise DenoisingError(f"{architecture} needs a height and width that are multiples of 4, found shape {shape}.")
