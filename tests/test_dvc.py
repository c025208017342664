"""The truth of dvc.yaml: what it says of each stage is what the code does."""

import ast
from pathlib import Path

import pytest
import yaml

from stages.check import SECTIONS

ROOT = Path(__file__).parent.parent
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
STAGES = list(PIPELINE["stages"])


def imported_files(path: Path, seen: set[Path] | None = None) -> set[Path]:
    """Return `path` and every file of this project that it imports, directly or not, in functions too."""
    seen = set() if seen is None else seen
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            module = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if module.is_file() and module not in seen:
                imported_files(module, seen)
    return seen


def sections_read(path: Path) -> set[str]:
    """Return the sections of params.yaml that a stage asks for by name."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "read_section" and isinstance(call.args[0], ast.Constant)
    }


@pytest.mark.parametrize("stage", STAGES)
def test_deps_are_exactly_the_modules_that_the_stage_imports(stage: str) -> None:
    declared = {dep for dep in PIPELINE["stages"][stage]["deps"] if dep.endswith(".py")}
    imported = {str(path.relative_to(ROOT)) for path in imported_files(ROOT / f"stages/{stage}.py")}
    assert declared == imported


@pytest.mark.parametrize("stage", STAGES)
def test_params_are_exactly_the_section_that_the_stage_reads(stage: str) -> None:
    readers = [path for path in imported_files(ROOT / f"stages/{stage}.py") if path.name != "parameters.py"]
    assert set(PIPELINE["stages"][stage]["params"]) == set().union(*map(sections_read, readers)) == {stage}


@pytest.mark.parametrize("stage", STAGES)
def test_data_deps_are_written_by_an_earlier_stage(stage: str) -> None:
    written: set[str] = set()
    for earlier in STAGES[: STAGES.index(stage)]:
        for kind in ("outs", "metrics", "plots"):
            entries = PIPELINE["stages"][earlier].get(kind, [])
            written |= {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}
    assert {dep for dep in PIPELINE["stages"][stage]["deps"] if not dep.endswith(".py")} <= written


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_checks_all_parameters_and_then_runs(stage: str) -> None:
    assert PIPELINE["stages"][stage]["cmd"] == ["python -m stages.check", f"python -m stages.{stage}"]
    assert PIPELINE["stages"][stage]["desc"]


def test_the_check_knows_every_stage() -> None:
    assert list(SECTIONS) == STAGES


def test_the_model_is_published_as_an_artifact() -> None:
    assert PIPELINE["artifacts"]["denoiser"]["path"] in PIPELINE["stages"]["train"]["outs"]
