"""The conventions of the public names, held by reflection, so that a new name follows them too."""

import doctest
import inspect
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import denoising

NO_EXAMPLE = ("export",)  # which needs a trained model
PUBLIC = {name: getattr(denoising, name) for name in denoising.__all__}
FUNCTIONS = {name: one for name, one in PUBLIC.items() if inspect.isfunction(one)}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@pytest.mark.parametrize("name", [name for name, one in PUBLIC.items() if callable(one)])
def test_the_docstring_of_a_public_name_begins_with_one_sentence(name: str) -> None:
    first, *rest = (inspect.getdoc(PUBLIC[name]) or "").split("\n")
    assert first.endswith(".")
    assert ". " not in first
    assert not rest or not rest[0]


def test_a_constant_is_described_by_its_module() -> None:
    module = import_module("denoising.noise.models")
    assert all(function.__doc__ for function in denoising.NOISE_MODELS.values())
    assert module.__doc__


@every_function
def test_at_most_three_parameters_are_positional_and_none_with_a_default(
    function: Callable[..., Any],
) -> None:
    parameters = inspect.signature(function).parameters.values()
    positional = [one for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]
    assert len(positional) <= 3
    assert all(one.default is inspect.Parameter.empty for one in positional)


@every_function
def test_public_functions_are_fully_annotated(function: Callable[..., Any]) -> None:
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in NO_EXAMPLE])
def test_a_public_function_has_an_example_that_is_right(name: str) -> None:
    (test,) = doctest.DocTestFinder(recurse=False).find(
        FUNCTIONS[name], name, globs={name: FUNCTIONS[name], "Noise": denoising.Noise}
    )
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def test_every_public_name_is_listed_and_can_be_imported() -> None:
    assert set(denoising.__all__) <= set(dir(denoising))
    for name in denoising.__all__:
        assert getattr(denoising, name) is not None


def test_an_unknown_name_is_an_attribute_error_that_says_which_there_are() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pnsr'; it has .*psnr"):
        denoising.pnsr  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, denoising; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=_root(), capture_output=True, text=True, check=True)
    assert not {"tensorflow", "keras", "matplotlib", "scipy", "skimage", "sklearn"} & set(done.stdout.split())


def test_the_package_is_found_in_the_folder_above_a_clone_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "denoising").mkdir()
    code = "import denoising; print(denoising.psnr.__module__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "denoising.metrics\n", done.stderr


def test_the_package_says_that_it_is_typed() -> None:
    assert (_root() / "denoising/py.typed").is_file()


def _root() -> Path:
    return Path(denoising.__file__).parents[1]
