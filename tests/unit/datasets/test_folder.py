import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from denoising.datasets.folder import ImageFile, index_folder
from denoising.datasets.folder_splits import FolderOptions, split_files
from denoising.datasets.image_splits import ImageSplitWriter
from denoising.errors import DenoisingError
from denoising.io.ragged import RaggedImages

OPTIONS = FolderOptions(test_fraction=0.2, validation_fraction=0.25, group_by="none", labels="none", seed=1)
Splits = dict[str, list[ImageFile]]


def image(path: Path, *, seed: int, size: tuple[int, int] = (24, 32)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, size, np.uint8)).save(path)
    return path


def split(clean: Path, noisy: Path | None = None, **changes: object) -> Splits:
    options = FolderOptions(**{**vars(OPTIONS), **changes})
    digests = {"clean": index_folder(clean), "noisy": index_folder(noisy) if noisy else {}}
    return split_files(clean, noisy or clean, digests, options)


def names(splits: Splits) -> dict[str, list[str]]:
    return {name: [file.name for file in files] for name, files in splits.items()}


def test_files_are_divided_by_the_seed_and_a_new_one_hardly_changes_that(tmp_path: Path) -> None:
    for number in range(40):
        image(tmp_path / f"{number:02}.png", seed=number)
    before = names(split(tmp_path))
    assert [len(of) for of in before.values()] == [24, 8, 8]
    assert names(split(tmp_path)) == before
    assert names(split(tmp_path, seed=2)) != before
    image(tmp_path / "new.png", seed=100)
    after = names(split(tmp_path))
    assert sum(name in after[of] for of, files in before.items() for name in files) >= 38


def test_equal_files_and_those_of_a_group_stay_in_one_split(tmp_path: Path) -> None:
    for scene in range(10):
        for shot in range(3):
            image(tmp_path / f"scene {scene}" / f"{shot}.png", seed=10 * scene + shot)
    for kept in split(tmp_path, group_by="subfolder").values():
        assert len(kept) == 3 * len({file.name.split("/")[0] for file in kept})
    twins = [image(tmp_path / f"twins/{number}.png", seed=7) for number in range(4)]
    assert len(twins) == 4
    assert sorted(sum("twins" in file.name for file in of) for of in split(tmp_path).values()) == [0, 0, 4]


def test_subfolders_may_be_the_splits(tmp_path: Path) -> None:
    for part in ("train", "validation", "test"):
        for number in range(2):
            image(tmp_path / part / f"{part}{number}.png", seed=number)
    assert names(split(tmp_path))["test"] == ["test/test0.png", "test/test1.png"]
    image(tmp_path / "elsewhere.png", seed=9)
    with pytest.raises(DenoisingError, match="none of the subfolders train, validation and test:\n  elsewhere.png"):
        split(tmp_path)


def test_subfolders_may_be_classes(tmp_path: Path) -> None:
    for kind in ("b", "a"):
        for number in range(5):
            image(tmp_path / kind / f"{number}.png", seed=number + 10 * (kind == "a"))
    labels = {file.name[0]: file.class_name for of in split(tmp_path, labels="subfolder").values() for file in of}
    assert labels == {"a": "a", "b": "b"}
    image(tmp_path / "loose.png", seed=99)
    with pytest.raises(DenoisingError, match="have no class:\n  loose.png"):
        split(tmp_path, labels="subfolder")


def test_noisy_images_are_found_by_name_or_in_a_folder_of_that_name(tmp_path: Path) -> None:
    for number in range(10):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / (f"noisy/{number}/first.tif" if number % 2 else f"noisy/{number}.jpg"), seed=number)
        image(tmp_path / f"noisy/{number}/second.png" if number % 2 else tmp_path / f"noisy/{number}.jpg", seed=number)
    found = [file for of in split(tmp_path / "clean", tmp_path / "noisy").values() for file in of]
    assert {len(file.noisy) for file in found if int(file.name[0]) % 2} == {2}
    assert {len(file.noisy) for file in found if not int(file.name[0]) % 2} == {1}


def test_partners_that_are_missing_are_all_named_at_once(tmp_path: Path) -> None:
    for number in range(6):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number + 2}.png", seed=number)
    with pytest.raises(DenoisingError) as error:
        split(tmp_path / "clean", tmp_path / "noisy")
    for name in ("6.png: there is no clean", "7.png: there is no clean", "0.png: there is no noisy", "1.png: there is"):
        assert name in str(error.value)


def test_names_in_any_script_with_spaces_work(tmp_path: Path) -> None:
    image(tmp_path / "照片 一.png", seed=1)
    assert list(index_folder(tmp_path)) == ["照片 一.png"]


def test_what_is_hidden_or_no_image_is_left_out(tmp_path: Path) -> None:
    image(tmp_path / "a.png", seed=1)
    for name in (".DS_Store", "notes.txt", "._a.png"):
        (tmp_path / name).write_text("no image")
    assert list(index_folder(tmp_path)) == ["a.png"]


def test_names_that_differ_in_case_only_and_circles_of_links_are_refused(tmp_path: Path) -> None:
    image(tmp_path / "a.png", seed=1)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/back").symlink_to(tmp_path, target_is_directory=True)
    image(tmp_path / "A.png", seed=2)
    if len(list(tmp_path.glob("[aA].png"))) < 2:
        pytest.skip("this file system does not tell upper from lower case")
    with pytest.raises(DenoisingError) as error:
        index_folder(tmp_path)
    assert "a.png: differs from A.png in upper and lower case only" in str(error.value)
    assert "back: is a link to a folder above it" in str(error.value)


def test_an_empty_or_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DenoisingError, match="There is no image in .*Put images there, or set prepare.folder.clean"):
        split(tmp_path)
    with pytest.raises(DenoisingError, match="There is no folder .*Correct prepare.folder"):
        index_folder(tmp_path / "typo")


def test_a_folder_of_too_few_images_is_refused(tmp_path: Path) -> None:
    image(tmp_path / "only.png", seed=1)
    with pytest.raises(DenoisingError, match="A fraction of 0.2 of 1 different images"):
        split(tmp_path)


def write(folder: Path, splits: Splits, *, color_mode: str = "grayscale") -> ImageSplitWriter:
    for part in ("clean", "noisy"):
        (folder / part).mkdir(parents=True)
    writer = ImageSplitWriter(folder, color_mode=color_mode, white=None, classes=())
    for name, files in splits.items():
        writer.write(name, files, on_file=lambda: None)
    return writer


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


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    image(tmp_path / "a.png", seed=1).chmod(0)
    if os.access(tmp_path / "a.png", os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(DenoisingError, match="a.png: Permission denied"):
        index_folder(tmp_path)


def test_a_group_is_the_first_subfolder_however_deep_its_files_are(tmp_path: Path) -> None:
    for patient in range(8):
        for day in range(3):
            image(tmp_path / f"patient {patient}/day {day}/scan.png", seed=10 * patient + day)
    for files in split(tmp_path, group_by="subfolder").values():
        assert len(files) == 3 * len({file.name.split("/")[0] for file in files})
    image(tmp_path / "loose.png", seed=99)
    with pytest.raises(DenoisingError, match="belong to no group:\n  loose.png"):
        split(tmp_path, group_by="subfolder")


def test_a_split_folder_alone_is_not_mixed_with_others(tmp_path: Path) -> None:
    for number in range(4):
        image(tmp_path / f"train/{number}.png", seed=number)
        image(tmp_path / f"validation/{number}.png", seed=10 + number)
    with pytest.raises(DenoisingError, match="There is no image in a subfolder test"):
        split(tmp_path)


def test_an_unreadable_noisy_file_is_one_of_the_named_problems(tmp_path: Path) -> None:
    for number in range(8):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number}.png", seed=number)
    (tmp_path / "noisy/3.png").write_text("no image")
    writer = write(tmp_path / "prepared", split(tmp_path / "clean", tmp_path / "noisy"))
    with pytest.raises(DenoisingError, match="noisy/3.png: this is no PNG"):
        writer.finish()


def test_folders_that_differ_in_case_and_what_is_no_file_are_named(tmp_path: Path) -> None:
    image(tmp_path / "cats/1.png", seed=1)
    image(tmp_path / "Cats/2.png", seed=2)
    os.mkfifo(tmp_path / "pipe.png")
    if len(list(tmp_path.glob("[cC]ats"))) < 2:
        pytest.skip("this file system does not tell upper from lower case")
    with pytest.raises(DenoisingError) as error:
        index_folder(tmp_path)
    assert "its folder cats differs from Cats in upper and lower case only" in str(error.value)
    assert "pipe.png: is not a file" in str(error.value)


def test_spaces_of_any_width_and_accents_of_either_form_are_names(tmp_path: Path) -> None:
    for seed, name in enumerate(("a\u202fb.png", "全\u3000角.png", "e\u0301.png")):
        image(tmp_path / "clean" / name, seed=seed)
    image(tmp_path / "noisy/a\u202fb.png", seed=1)
    image(tmp_path / "noisy/全\u3000角.png", seed=1)
    image(tmp_path / "noisy/\u00e9.png", seed=1)
    found = split(tmp_path / "clean", tmp_path / "noisy", test_fraction=0.34, validation_fraction=0.5)
    assert sum(len(file.noisy) for of in found.values() for file in of) == 3
