import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from denoising.training.identity import checkpoint_name, checksum, loaded_files

FACTS = {"parameters": "one", "data": "one", "code": "one"}


@pytest.mark.parametrize("name", FACTS)
def test_each_fact_the_hardware_and_the_number_of_workers_make_another_training(name: str) -> None:
    expected = checkpoint_name(FACTS, "machine", workers=1)
    assert checkpoint_name(dict(FACTS), "machine", workers=1) == expected
    assert checkpoint_name({**FACTS, name: "two"}, "machine", workers=1) != expected
    assert checkpoint_name(FACTS, "another", workers=1) != expected
    assert checkpoint_name(FACTS, "machine", workers=2) != expected


def test_a_checksum_is_of_values_and_of_the_content_of_files(tmp_path: Path) -> None:
    file = tmp_path / "data.npy"
    file.write_text("one")
    expected = checksum({"epochs": 1, "seed": 1}, [file])
    assert checksum({"seed": 1, "epochs": 1}, [file]) == expected
    assert checksum({"seed": 1, "epochs": 2}, [file]) != expected
    file.write_text("two")
    assert checksum({"epochs": 1, "seed": 1}, [file]) != expected


def test_the_code_of_a_training_is_the_loaded_modules_of_the_given_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("denoising.code")
    module.__file__ = str(tmp_path / "code.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    found = loaded_files(["denoising"])
    assert tmp_path / "code.py" in found
    assert found == sorted(found)
    assert Path(np.__file__) not in found
    assert Path(np.__file__) in loaded_files(["denoising", "numpy"])
    assert tmp_path / "code.py" in loaded_files(["denoising.code"])
    assert tmp_path / "code.py" not in loaded_files(["denoising.co"])
