"""What every architecture is told: the shape of the images, and how large to be."""

from dataclasses import dataclass

from stages.lib.failure import Mistake

Shape = tuple[int, ...]  # (H, W, C)


@dataclass(frozen=True)
class Size:
    """How many filters a convolution has, and how many convolutions follow each other; each architecture says where."""

    filters: int
    depth: int


def refuse_odd(shape: Shape, name: str) -> None:
    """Raise Mistake where images of this shape cannot be halved twice."""
    if shape[0] % 4 or shape[1] % 4:
        raise Mistake(f"{name} halves an image twice: height and width must be multiples of 4, not {shape}.")
