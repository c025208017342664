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
    read = set().union(*map(sections_read, readers))
    assert set(PIPELINE["stages"][stage].get("params", [])) == read == {stage} & SECTIONS.keys()


@pytest.mark.parametrize("stage", STAGES)
def test_data_deps_are_written_by_an_earlier_stage(stage: str) -> None:
    written: set[str] = set()
    for earlier in STAGES[: STAGES.index(stage)]:
        for kind in ("outs", "metrics", "plots"):
            entries = PIPELINE["stages"][earlier].get(kind, [])
            written |= {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}
    data = [dep for dep in PIPELINE["stages"][stage]["deps"] if not dep.startswith("stages/")]
    assert [dep for dep in data if not any(dep == path or dep.startswith(f"{path}/") for path in written)] == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_checks_all_parameters_and_then_runs(stage: str) -> None:
    assert PIPELINE["stages"][stage]["cmd"] == ["python -m stages.check", f"python -m stages.{stage}"]
    assert PIPELINE["stages"][stage]["desc"]


def test_the_check_knows_every_section_in_the_order_of_the_stages() -> None:
    assert list(SECTIONS) == [stage for stage in STAGES if stage in SECTIONS]
    assert list(SECTIONS) == list(yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8")))


def test_files_beside_the_modules_are_deps_too() -> None:
    others = {
        str(path.relative_to(ROOT)) for path in (ROOT / "stages").rglob("*") if path.suffix not in ("", ".py", ".pyc")
    }
    assert (
        others
        == {dep for dep in PIPELINE["stages"]["report"]["deps"] if dep in others}
        == {"stages/lib/report/page.html"}
    )


def test_the_classifier_depends_on_neither_noise_nor_denoiser() -> None:
    deps = [dep for dep in PIPELINE["stages"]["classify"]["deps"] if not dep.startswith("stages/")]
    assert [dep for dep in deps if "clean" not in dep and "labels" not in dep] == []
    assert not any("denoiser" in dep or "training" in dep for dep in PIPELINE["stages"]["filter"]["deps"])


def test_the_model_is_published_as_an_artifact() -> None:
    assert PIPELINE["artifacts"]["denoiser"]["path"] in PIPELINE["stages"]["train"]["outs"]
