import os
from pathlib import Path

import pytest
from image_folders import image, split

from denoising.datasets.folder import index_folder
from denoising.errors import DenoisingError


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
    (tmp_path / "scenes").symlink_to(tmp_path / "nowhere", target_is_directory=True)
    (tmp_path / "inner/back").symlink_to(tmp_path, target_is_directory=True)
    image(tmp_path / "A.png", seed=2)
    if len(list(tmp_path.glob("[aA].png"))) < 2:
        pytest.skip("this file system does not tell upper from lower case")
    with pytest.raises(DenoisingError) as error:
        index_folder(tmp_path)
    assert "a.png: differs from A.png in upper and lower case only" in str(error.value)
    assert "back: is a link to a folder above it" in str(error.value)
    assert "scenes: is a link that leads nowhere" in str(error.value)


def test_an_empty_or_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DenoisingError, match="There is no image in .*Put images there, or set prepare.folder.clean"):
        split(tmp_path)
    with pytest.raises(DenoisingError, match="There is no folder .*Correct prepare.folder"):
        index_folder(tmp_path / "typo")


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    image(tmp_path / "a.png", seed=1).chmod(0)
    if os.access(tmp_path / "a.png", os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(DenoisingError, match="a.png: Permission denied"):
        index_folder(tmp_path)


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
