import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import zoom

from denoising.datasets.photographs import embedded_photographs
from denoising.evaluation.shared_content import compare_contents
from denoising.image_files.normalize import normalize
from denoising.image_files.reader import read_image_file

Photograph = NDArray[np.uint8]


@pytest.fixture(scope="module")
def photographs() -> dict[str, Photograph]:
    """Return the embedded photographs in grey, by name."""
    found = {}
    for files in embedded_photographs().values():
        for file in files:
            (image,) = read_image_file(file.path)
            found[file.name] = normalize(image, color_mode="grayscale", white=None)
    return found


def stack(*images: Photograph) -> NDArray[np.uint8]:
    return np.stack([image[:200, :200] for image in images])


def test_different_photographs_share_nothing(photographs: dict[str, Photograph]) -> None:
    images = [image for image in photographs.values() if min(image.shape[:2]) >= 200]
    assert compare_contents(stack(*images[:4]), [stack(*images[4:])]) == {
        "images_with_shared_blocks": 0,
        "near_duplicates": 0,
    }


def test_a_part_of_a_photograph_at_another_place_is_found(photographs: dict[str, Photograph]) -> None:
    cat, coffee = photographs["chelsea.png"], photographs["coffee.png"]
    other = coffee[:200, :200].copy()
    other[37:101, 91:155] = cat[96:160, 96:160]  # sixteen blocks of the grid, moved
    found = compare_contents(stack(cat, photographs["camera.png"]), [other[np.newaxis]])
    assert found["images_with_shared_blocks"] == 1


def test_a_copy_that_was_turned_and_brightened_is_a_near_duplicate(
    photographs: dict[str, Photograph],
) -> None:
    cat = photographs["chelsea.png"][:200, :200]
    small = zoom(zoom(cat, (0.5, 0.5, 1)), (2, 2, 1))
    copy = np.rot90(np.clip(small * 0.8 + 30, 0, 255).astype(np.uint8))[:, ::-1]
    found = compare_contents(stack(cat, photographs["camera.png"]), [copy[np.newaxis]])
    assert found == {"images_with_shared_blocks": 0, "near_duplicates": 1}


def test_flat_areas_are_not_shared_content() -> None:
    flat = np.full((1, 64, 64, 1), 255, np.uint8)
    assert compare_contents(flat, [flat])["images_with_shared_blocks"] == 0


def test_content_is_compared_whatever_its_depth(photographs: dict[str, Photograph]) -> None:
    cat = stack(photographs["chelsea.png"])
    deep = cat.astype(np.uint16) * np.uint16(257)
    assert compare_contents(cat, [deep]) == {"images_with_shared_blocks": 1, "near_duplicates": 1}
    black = np.zeros((2, 64, 64, 1), np.uint8)
    assert compare_contents(black, [black])["near_duplicates"] == 0
