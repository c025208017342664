from pathlib import Path

import numpy as np
import pytest

from denoising.datasets.sources import Source
from denoising.errors import DenoisingError
from denoising.evaluation.leakage import check_leakage, image_fingerprints, noise_fingerprints
from denoising.images import as_float
from denoising.io.ragged import RaggedImages, writing_ragged
from denoising.io.splits import DatasetInfo, Split, write_dataset_info, write_files
from denoising.noise.models import NOISE_MODELS, Noise, add_noise
from denoising.noise.prepared import open_split


def split(clean: np.ndarray, *, key: int, kind: str = "gaussian", factor: float = 0.5) -> Split:
    noisy = add_noise(as_float(clean), Noise(kind, factor), seed=1, key=(key,))
    return Split("any", clean, np.zeros(len(clean), np.uint8), noisy)


@pytest.fixture(scope="module")
def splits(digits: Source) -> dict[str, Split]:
    """The embedded digits, as prepare sets them apart."""
    parts = digits.splits
    return {name: split(parts[name].images, key=number) for number, name in enumerate(parts)}


@pytest.mark.parametrize("kind", NOISE_MODELS)
@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_the_splits_of_a_source_pass(kind: str, factor: float, splits: dict[str, Split]) -> None:
    parts = enumerate(splits.values())
    train, validation, test = (split(part.clean, key=n, kind=kind, factor=factor) for n, part in parts)
    assert check_leakage(test, [train, validation], known_duplicates=0)["repeated_images"] == 0


@pytest.mark.parametrize("name", ["train", "validation"])
def test_a_single_test_image_in_another_split_is_refused(name: str, splits: dict[str, Split]) -> None:
    leaky = splits[name].clean.copy()
    leaky[7] = splits["test"].clean[3]
    others = {**splits, name: split(leaky, key=5)}
    with pytest.raises(DenoisingError, match="1 measured images were also trained on; the source repeats 0"):
        check_leakage(splits["test"], [others["train"], others["validation"]], known_duplicates=0)


def test_noise_that_was_used_twice_is_found_on_different_images(splits: dict[str, Split]) -> None:
    same_noise = split(splits["train"].clean, key=2)  # that of the test images
    with pytest.raises(DenoisingError, match="The noise of .* measured images was also used in training"):
        check_leakage(splits["test"], [same_noise], known_duplicates=0)


def test_known_duplicates_of_the_source_are_counted_not_refused(splits: dict[str, Split]) -> None:
    repeated = splits["train"].clean.copy()
    repeated[:2] = splits["test"].clean[:2]
    assert check_leakage(splits["test"], [split(repeated, key=5)], known_duplicates=2)["repeated_images"] == 2
    with pytest.raises(DenoisingError, match="repeats 1"):
        check_leakage(splits["test"], [split(repeated, key=5)], known_duplicates=1)


def test_noise_that_leaves_black_unchanged_is_not_traced(splits: dict[str, Split]) -> None:
    for kind, traced in (("gaussian", True), ("speckle", False)):
        test = split(splits["test"].clean, key=1, kind=kind)
        assert (check_leakage(test, [splits["train"]], known_duplicates=0)["traced_noise"] > 0) == traced


def test_data_without_noise_passes(splits: dict[str, Split]) -> None:
    train, test = (split(splits[name].clean, key=1, factor=0) for name in ("train", "test"))
    assert check_leakage(test, [train], known_duplicates=0)["repeated_images"] == 0


@pytest.mark.parametrize("side", [np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]])
def test_the_noise_of_every_side_is_compared(side: object, splits: dict[str, Split]) -> None:
    test = splits["test"]
    other = test.noisy.copy()
    for image in other:
        image[side] = 1 - image[side]
    changed = Split("train", splits["train"].clean[: len(test)], test.labels, other)
    assert not set(noise_fingerprints(test)) & set(noise_fingerprints(Split("x", test.clean, test.labels, other)))
    assert check_leakage(test, [changed], known_duplicates=0)["repeated_images"] == 0


def test_equal_frames_of_recorded_images_are_no_repeated_noise(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    (tmp_path / "clean").mkdir()
    (tmp_path / "noisy").mkdir()
    for name in ("train", "test"):
        for kind in ("clean", "noisy"):
            with writing_ragged(tmp_path / f"{kind}/{name}.bin") as file:
                for size in ((20, 30), (30, 20)) if name == "test" else ((20, 30),) * 2:
                    image = random.integers(1, 256, (*size, 1), np.uint8)
                    image[0] = image[-1] = image[:, 0] = image[:, -1] = 0  # a black frame in every file
                    file.append(image)
        write_files(tmp_path, name, ["a", "b"], ["a", "b"])
    write_dataset_info(
        tmp_path,
        DatasetInfo(
            source="folder", verified=True, noise_kind="recorded", noise_factor=None, noise_clip=False, noise_seed=1
        ),
    )
    train, test = (open_split(tmp_path, name) for name in ("train", "test"))
    assert check_leakage(test, [train], known_duplicates=0) == {"repeated_images": 0, "traced_noise": 0}


def test_blank_images_of_different_sizes_are_different(tmp_path: Path) -> None:
    with writing_ragged(tmp_path / "blank.bin") as file:
        for size in ((20, 30), (30, 20)):
            file.append(np.zeros((*size, 1), np.uint8))
    assert len(set(image_fingerprints(RaggedImages.open(tmp_path / "blank.bin")))) == 2
