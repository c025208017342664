from pathlib import Path

import pytest
from image_folders import image, names, split

from denoising.errors import DenoisingError


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


def test_a_folder_of_too_few_images_is_refused(tmp_path: Path) -> None:
    image(tmp_path / "only.png", seed=1)
    with pytest.raises(DenoisingError, match="A fraction of 0.2 of 1 different images"):
        split(tmp_path)


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


def test_spaces_of_any_width_and_accents_of_either_form_are_names(tmp_path: Path) -> None:
    for seed, name in enumerate(("a\u202fb.png", "全\u3000角.png", "e\u0301.png")):
        image(tmp_path / "clean" / name, seed=seed)
    image(tmp_path / "noisy/a\u202fb.png", seed=1)
    image(tmp_path / "noisy/全\u3000角.png", seed=1)
    image(tmp_path / "noisy/\u00e9.png", seed=1)
    found = split(tmp_path / "clean", tmp_path / "noisy", test_fraction=0.34, validation_fraction=0.5)
    assert sum(len(file.noisy) for of in found.values() for file in of) == 3


def test_a_group_in_several_given_splits_is_refused_and_so_is_a_file_without_a_group(tmp_path: Path) -> None:
    for number, part in enumerate(("train", "validation", "test")):
        image(tmp_path / part / f"patient {number}/scan.png", seed=10 + number)
    found = split(tmp_path, group_by="subfolder")
    assert [file.group for file in found["test"]] == ["patient 2"]
    image(tmp_path / "test/loose.png", seed=98)
    with pytest.raises(DenoisingError, match="they belong to no group:\n  test/loose.png"):
        split(tmp_path, group_by="subfolder")
    (tmp_path / "test/loose.png").unlink()
    image(tmp_path / "test/Patient 0/scan.png", seed=99)
    with pytest.raises(DenoisingError, match="These groups are in several splits.*\n  patient 0: test, train"):
        split(tmp_path, group_by="subfolder")


def test_classes_without_a_training_image_or_alike_but_for_case_are_refused(tmp_path: Path) -> None:
    for number, name in enumerate(("train/a/1", "train/b/1", "validation/a/1", "test/b/1", "test/c/1")):
        image(tmp_path / f"{name}.png", seed=number)
    with pytest.raises(DenoisingError, match="These classes have no training image: c"):
        split(tmp_path, labels="subfolder")
    image(tmp_path / "train/C/1.png", seed=50)
    with pytest.raises(DenoisingError, match="These classes differ in upper and lower case only: C, c"):
        split(tmp_path, labels="subfolder")


def test_clean_images_that_differ_in_their_suffix_only_are_named(tmp_path: Path) -> None:
    for number in range(6):
        image(tmp_path / f"clean/{number}.png", seed=number)
        image(tmp_path / f"noisy/{number}.png", seed=number)
    image(tmp_path / "clean/3.bmp", seed=9)
    with pytest.raises(DenoisingError, match="3.bmp: differs from 3.png in its suffix only"):
        split(tmp_path / "clean", tmp_path / "noisy")
