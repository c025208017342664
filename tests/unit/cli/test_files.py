"""Every kind of file is denoised rightly, or refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from files_tried import REFUSED, WHOLE

from denoising.cli.main import run
from denoising.image_files.reader import read_image_file


def test_sixty_kinds_of_files_are_tried() -> None:
    assert len(WHOLE) + len(REFUSED) >= 60


@pytest.mark.parametrize(("name", "content"), WHOLE.items(), ids=WHOLE)
def test_a_whole_file_is_denoised_and_keeps_what_it_is(
    tmp_path: Path, name: str, content: Callable[[], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / name, tmp_path / "out" / name
    source.write_bytes(content())
    assert run([str(source), "-o", str(target.parent), "--model", "natural-gray"]) == 0
    for before, after in zip(read_image_file(source), read_image_file(target), strict=True):
        assert (after.pixels.shape, after.pixels.dtype) == (before.pixels.shape, before.pixels.dtype)
        assert after.white == before.white
        assert (after.alpha is None) == (before.alpha is None)
        if before.alpha is not None and after.alpha is not None:
            np.testing.assert_array_equal(after.alpha, before.alpha)
        if min(before.pixels.shape[:2]) > 8 and name != "bits.png":
            assert after.pixels.std() < 0.7 * before.pixels.std()
            assert abs(float(after.pixels.mean()) - before.pixels.mean()) < 0.01 * before.white
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("name", "case"), REFUSED.items(), ids=REFUSED)
def test_a_broken_or_hostile_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, case: tuple[Callable[[], bytes], str], capsys: pytest.CaptureFixture[str]
) -> None:
    content, words = case
    (tmp_path / name).write_bytes(content())
    assert run([str(tmp_path / name), "-o", str(tmp_path / "out"), "--quiet"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"denoise: {tmp_path / name}: ")
    assert words in sentence
    assert list((tmp_path / "out").iterdir()) == []
