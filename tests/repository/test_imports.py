"""Imports go one way: the benchmarks may import the tools, those the stages, those the library, and nothing goes up."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("denoising", "stages", "tools", "benchmarks")  # each may import itself and those before it
TOPICS = [  # of the library; each may import itself and those before it
    "version",
    "networks",
    "errors",
    "cores",
    "images",
    "rng",
    "batching",
    "cluster",
    "metrics",
    "intervals",
    "io",
    "image_files",
    "noise",
    "datasets",
    "backend",
    "models",
    "baselines",
    "classifier",
    "language",
    "figures",
    "training",
    "inference",
    "evaluation",
    "report",
    "cli",
    "app",
    "__main__",
]


def modules() -> dict[str, Path]:
    """Return the file of every module of the project by its dotted name."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


MODULES = modules()


def imported(name: str) -> Iterator[str]:
    """Yield the modules of the project that a module imports, at its top or within a function."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} has a relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [one if one in MODULES else str(node.module) for one in inner]
        yield from (one for one in found if one.partition(".")[0] in PACKAGES)


IMPORTS = {name: set(imported(name)) for name in MODULES}


def topic(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def test_every_import_of_the_project_exists() -> None:
    missing = {name: found - set(MODULES) for name, found in IMPORTS.items() if found - set(MODULES)}
    assert not missing


def test_the_order_names_every_topic_of_the_library() -> None:
    assert {topic(name) for name in MODULES if name.startswith("denoising.")} == set(TOPICS)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_imports_one_above_it(package: str) -> None:
    allowed = PACKAGES[: PACKAGES.index(package) + 1]
    for name in (name for name in MODULES if name.partition(".")[0] == package):
        upward = {found for found in IMPORTS[name] if found.partition(".")[0] not in allowed}
        assert not upward, name


@pytest.mark.parametrize("of", TOPICS)
def test_a_topic_of_the_library_imports_earlier_ones_only(of: str) -> None:
    allowed = TOPICS[: TOPICS.index(of) + 1]
    for name in (name for name in MODULES if name.startswith("denoising.") and topic(name) == of):
        upward = {found for found in IMPORTS[name] if topic(found) not in allowed}
        assert not upward, name


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {name: found - {name} for name, found in IMPORTS.items()}
    while free := {name for name, found in left.items() if not found & set(left)}:
        left = {name: found for name, found in left.items() if name not in free}
    assert not left


def test_the_documented_order_is_the_tested_one() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    (order,) = re.findall(r"```text\n(version <[^`]*)```", page)
    assert re.split(r"\s*<\s*", order.strip()) == [*TOPICS[:-1], *PACKAGES[1:]]
