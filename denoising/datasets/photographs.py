"""The embedded photographs: natural images that scikit-image's package carries, in colour and grey.

They are few: enough to try the pipeline without a network, not to compare networks.
"""

from pathlib import Path

import skimage.data

from denoising.datasets.folder import ImageFile, sha256_of

NAMES = {
    "train": (
        "astronaut.png",
        "brick.png",
        "coffee.png",
        "grass.png",
        "gravel.png",
        "hubble_deep_field.jpg",
        "motorcycle_left.png",
        "moon.png",
        "retina.jpg",
    ),
    "validation": ("rocket.jpg", "coins.png"),
    "test": ("camera.png", "chelsea.png", "clock_motion.png"),
}


def embedded_photographs() -> dict[str, list[ImageFile]]:
    """Return the files of each split."""
    folder = Path(skimage.data.__file__).parent
    return {
        split: [ImageFile(name, folder / name, sha256_of(folder / name)) for name in names]
        for split, names in NAMES.items()
    }
