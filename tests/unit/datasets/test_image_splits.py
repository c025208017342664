from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import tifffile
from image_folders import image, split, write
from PIL import Image

from denoising.datasets import image_splits
from denoising.errors import DenoisingError
from denoising.evaluation.leakage import image_fingerprints
from denoising.image_files.decoded import DecodedImage
from denoising.image_files.reader import decode_image
from denoising.io.ragged import RaggedImages
from denoising.io.splits import open_clean_split


def test_every_file_that_cannot_be_used_is_named_in_one_message(tmp_path: Path) -> None:
    source = tmp_path / "images"
    for number in range(12):
        image(source / f"{number}.png", seed=number)
    (source / "text.png").write_text("no image")
    image(source / "tiny.png", seed=50, size=(1, 1))
    whole = image(source / "cut.png", seed=51).read_bytes()
    (source / "cut.png").write_bytes(whole[: len(whole) // 2])
    splits = split(source)
    image(source / "3.png", seed=77)  # changed after it was listed
    (source / "4.png").unlink()
    writer = write(tmp_path / "prepared", splits)
    with pytest.raises(DenoisingError) as error:
        writer.finish()
    text = str(error.value)
    assert len(text.splitlines()) == 6
    for name, reason in {
        "text.png": "no PNG, JPEG",
        "tiny.png": "1x1 pixels are less than 16x16",
        "cut.png": "truncated",
        "3.png": "changed while this stage ran",
        "4.png": "No such file",
    }.items():
        assert any(name in line and reason in line for line in text.splitlines()), (name, text)


def test_pairs_of_different_sizes_are_refused(tmp_path: Path) -> None:
    for number in range(8):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number}.png", seed=number, size=(24, 40) if number == 5 else (24, 32))
    writer = write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy"))
    with pytest.raises(DenoisingError, match=r"noisy/5.png: does not have the size of 5.png \(32x24, 40x24"):
        writer.finish()


def test_each_version_of_a_scene_makes_a_pair(tmp_path: Path) -> None:
    for number in range(8):
        image(tmp_path / f"clean/{number}.png", seed=number)
        for shot in range(3):
            image(tmp_path / f"noisy/{number}/{shot}.png", seed=100 + 10 * number + shot)
    write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy")).finish()
    clean, noisy = (RaggedImages.open(tmp_path / f"prepared/{kind}/train.bin") for kind in ("clean", "noisy"))
    assert len(clean) == len(noisy) == 3 * 4
    np.testing.assert_array_equal(clean[0], clean[2])
    assert not np.array_equal(noisy[0], noisy[2])


def test_equal_images_in_two_splits_are_counted(tmp_path: Path) -> None:
    for part, seeds in {"train": (1, 2), "validation": (3, 4), "test": (5, 1)}.items():
        for seed in seeds:
            image(tmp_path / f"images/{part}/{seed}.png", seed=seed)
    writer = write(tmp_path / "prepared", split(tmp_path / "images"))
    assert writer.finish() == {"validation": 0, "test": 1}


def test_an_image_is_the_same_in_8_bits_and_in_floating_point(tmp_path: Path) -> None:
    for part, seed in {"train": 1, "validation": 2, "test": 3}.items():
        image(tmp_path / f"images/{part}/{seed}.png", seed=seed)
    pixels = np.asarray(Image.open(tmp_path / "images/train/1.png"))
    tifffile.imwrite(tmp_path / "images/test/1.tif", pixels.astype(np.float32) / 255)
    prepared = tmp_path / "prepared"
    counted = write(prepared, split(tmp_path / "images")).finish()
    assert counted == {"validation": 0, "test": 1}
    train, test = (RaggedImages.open(prepared / f"clean/{part}.bin") for part in ("train", "test"))
    assert len(set(image_fingerprints(train)) & set(image_fingerprints(test))) == 1  # so says the check of leakage too


def test_an_unreadable_noisy_file_is_one_of_the_named_problems(tmp_path: Path) -> None:
    for number in range(8):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number}.png", seed=number)
    (tmp_path / "noisy/3.png").write_text("no image")
    writer = write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy"))
    with pytest.raises(DenoisingError, match="noisy/3.png: this is no PNG"):
        writer.finish()


@pytest.mark.parametrize(("group_by", "expected"), [("none", [0, 0, 1]), ("subfolder", [0, 0, 0])])
def test_versions_of_a_scene_and_files_of_a_subfolder_are_one_group(
    group_by: str, expected: list[int], tmp_path: Path
) -> None:
    for seed, part in enumerate(("train", "validation", "test")):
        for name in ("a", "b"):
            image(tmp_path / f"clean/{part}/street {part}/{name}.png", seed=10 * seed + ord(name))
        for version in ("a/1", "a/2", "b"):
            image(tmp_path / f"noisy/{part}/street {part}/{version}.png", seed=10 * seed + len(version))
    write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy", group_by=group_by)).finish()
    groups = open_clean_split(tmp_path / "prepared", "test").groups
    assert groups is not None
    assert groups.tolist() == expected


def test_labels_number_the_classes_in_alphabetical_order(tmp_path: Path) -> None:
    for kind in ("b", "a"):
        for number in range(5):
            image(tmp_path / "images" / kind / f"{number}.png", seed=number + 10 * (kind == "a"))
    write(tmp_path / "prepared", split(tmp_path / "images", labels="subfolder")).finish()
    train = open_clean_split(tmp_path / "prepared", "train")
    assert train.files is not None
    assert train.labels.tolist() == [int(file.startswith("b")) for file in train.files]


def test_a_damaged_clean_file_is_one_problem_of_a_pair(tmp_path: Path) -> None:
    for number in range(8):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number}.png", seed=number)
    (tmp_path / "clean/3.png").unlink()
    tifffile.imwrite(tmp_path / "clean/3.tif", np.full((24, 32), 1, np.uint8))
    tifffile.imwrite(tmp_path / "clean/3.tif", np.full((8, 8), 1, np.uint8), append=True)
    writer = write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy"))
    assert len(writer.problems) == 1
    assert "8x8 pixels are less than 16x16" in writer.problems[0]


def test_a_missing_page_of_a_noisy_version_is_named(tmp_path: Path) -> None:
    for number in range(8):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number}.png", seed=number)
    (tmp_path / "clean/3.png").unlink()
    tifffile.imwrite(tmp_path / "clean/3.tif", np.arange(2 * 24 * 32, dtype=np.uint16).reshape(2, 24, 32) * 40)
    writer = write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy"))
    with pytest.raises(DenoisingError, match=r"noisy/3.png: does not have the size of 3.tif \(32x24, no page\)"):
        writer.finish()


@pytest.mark.parametrize(("brightest", "refused"), [(4095, True), (16383, True), (16384, False)])
def test_images_of_16_bits_that_are_all_dark_are_refused_until_white_is_set(
    brightest: int, refused: bool, tmp_path: Path
) -> None:
    for number in range(8):
        pixels = np.full((24, 32), number, np.uint16)
        pixels[0, 0] = brightest if number == 5 else 100
        (tmp_path / "images").mkdir(exist_ok=True)
        tifffile.imwrite(tmp_path / f"images/{number}.tif", pixels)
    writer = write(tmp_path / "prepared", split(tmp_path / "images"))
    with pytest.raises(DenoisingError, match=f"no value above {brightest}") if refused else nullcontext():
        writer.finish()


def test_images_with_labels_have_one_size_or_are_named(tmp_path: Path) -> None:
    for kind in ("b", "a"):
        for number in range(5):
            size = (20, 32) if (kind, number) == ("a", 3) else (24, 32)
            image(tmp_path / "images" / kind / f"{number}.png", seed=number + 10 * (kind == "a"), size=size)
    writer = write(tmp_path / "prepared", split(tmp_path / "images", labels="subfolder"))
    with pytest.raises(DenoisingError, match="must have one size. Most are 32x24, but:\n  a/3.png: 32x20"):
        writer.finish()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        image(tmp_path / f"images/{number}.png", seed=number)
    splits = split(tmp_path / "images")
    changed = splits["train"][0].path

    def changing(file: BinaryIO, *, name: str) -> Iterator[DecodedImage]:
        yield from decode_image(file, name=name)
        if name == str(changed):
            changed.write_bytes(changed.read_bytes() + b" ")

    monkeypatch.setattr(image_splits, "decode_image", changing)
    writer = write(tmp_path / "prepared", splits)
    assert writer.problems == [f"{changed}: the file changed while this stage ran; run `dvc repro` again"]
