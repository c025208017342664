"""What every architecture is given: the shape of the images and the size of the network."""

from dataclasses import dataclass

from denoising.errors import DenoisingError

ImageShape = tuple[int, ...]  # (H, W, C)


@dataclass(frozen=True)
class ModelSize:
    """The filters of a convolution and the number of consecutive convolutions; each architecture says where."""

    filters: int
    depth: int


def require_multiple_of_4(shape: ImageShape, architecture: str) -> None:
    """Raise `DenoisingError` where images of this shape cannot be halved twice."""
    if shape[0] % 4 or shape[1] % 4:
        raise DenoisingError(f"{architecture} needs a height and width that are multiples of 4, found shape {shape}.")
