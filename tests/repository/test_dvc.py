"""The truth of dvc.yaml: what it says of each stage is what the code does."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from stages import paths
from stages.parameters import SECTIONS
from tools.deps import code_dependencies, is_code, with_dependencies

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
PIPELINE = yaml.safe_load(TEXT)
STAGES = list(PIPELINE["stages"])
WITH_TENSORFLOW = ["train", "classifier", "evaluate"]
COMPUTING = ["prepare", "train", "baselines", "classifier", "evaluate", "export", "plot"]


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def outputs(stage: str) -> set[str]:
    """Return the paths that a stage writes."""
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in PIPELINE["stages"][stage].get(kind, [])]
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}


@pytest.mark.parametrize("stage", STAGES)
def test_code_deps_are_exactly_what_the_stage_imports(stage: str) -> None:
    declared = [dep for dep in PIPELINE["stages"][stage]["deps"] if is_code(dep)]
    assert declared == code_dependencies(stage)


def test_make_deps_has_nothing_to_write() -> None:
    assert with_dependencies(TEXT) == TEXT


def test_a_new_import_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("denoising/io/tables.py", "denoising/metrics.py", "stages/parameters/base.py", "stages/run.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    script = tmp_path / "stages/report.py"
    script.write_text("from stages.run import run_stage\nfrom denoising.io import tables\n")
    assert code_dependencies("report") == ["denoising/io", "stages/report.py"]
    script.write_text("from stages.run import run_stage\n\ndef main():\n    import denoising.metrics\n")
    assert code_dependencies("report") == ["denoising/metrics.py", "stages/report.py"]


def test_there_are_few_code_dependencies() -> None:
    code = [dep for stage in STAGES for dep in PIPELINE["stages"][stage]["deps"] if is_code(dep)]
    assert len([dep for dep in code if dep.endswith(".py") or "/" in dep]) <= 95
    assert len(TEXT.splitlines()) <= 320


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("denoising/datasets", {"index", "prepare"}),
        ("denoising/figures", {"plot", "report"}),
        ("denoising/training", {"train"}),
        ("denoising/evaluation", {"evaluate"}),
        ("denoising/report", {"report"}),
    ],
)
def test_an_edit_reruns_only_what_depends_on_it(folder: str, expected: set[str]) -> None:
    assert {stage for stage in STAGES if folder in PIPELINE["stages"][stage]["deps"]} == expected


@pytest.mark.parametrize("stage", STAGES)
def test_the_libraries_are_a_dependency_of_the_stages_that_compute(stage: str) -> None:
    assert ("requirements.lock" in PIPELINE["stages"][stage]["deps"]) == (stage in COMPUTING)


@pytest.mark.parametrize("stage", STAGES)
def test_params_are_exactly_the_section_that_the_stage_is_given(stage: str) -> None:
    given = [of.annotation for of in inspect.signature(import_module(f"stages.{stage}").main).parameters.values()]
    if stage == "index":  # which reads a part of the section of prepare
        assert PIPELINE["stages"][stage]["params"] == ["prepare.source", "prepare.folder"]
        assert given == [SECTIONS["prepare"]]
        return
    used_by = {"compute": WITH_TENSORFLOW, "report": ("plot", "report")}
    expected = [name for name in SECTIONS if name == stage or stage in used_by.get(name, ())]
    assert PIPELINE["stages"][stage].get("params", []) == sorted(expected)
    assert given == [SECTIONS[name] for name in expected]


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_reads_another_section(stage: str) -> None:
    imported = [
        str(node.module)
        for node in ast.walk(ast.parse((ROOT / f"stages/{stage}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    sections = {name.removeprefix("stages.parameters.") for name in imported if name.startswith("stages.parameters")}
    params = {name.partition(".")[0] for name in PIPELINE["stages"][stage].get("params", [])}
    assert sections == {name for name in SECTIONS if name in params}


@pytest.mark.parametrize("stage", STAGES)
def test_data_deps_are_written_by_an_earlier_stage(stage: str) -> None:
    written = set().union(*map(outputs, STAGES[: STAGES.index(stage)]))
    data = [dep for dep in PIPELINE["stages"][stage]["deps"] if not is_code(dep)]
    unwritten = [dep for dep in data if not any(dep == path or dep.startswith(f"{path}/") for path in written)]
    folders = ["${prepare.folder.clean}", "${prepare.folder.noisy}"]
    assert unwritten == {"report": [str(paths.VARIABILITY)], "index": folders}.get(stage, [])


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_one_command_and_a_description(stage: str) -> None:
    assert PIPELINE["stages"][stage]["cmd"] == f"python -m stages.{stage}"
    assert PIPELINE["stages"][stage]["desc"]


def test_each_plot_is_described_once() -> None:
    described = [
        path
        for stage in STAGES
        for entry in PIPELINE["stages"][stage].get("plots", [])
        for path, options in entry.items()
        if "title" in options
    ]
    assert len(set(described)) == len(described) == 6
    titles = [plot["title"] for entry in PIPELINE["plots"] for plot in entry.values()]
    assert len(set(titles)) == len(titles) == 5


def test_the_sections_are_in_the_order_of_the_stages() -> None:
    assert list(SECTIONS) == [stage for stage in STAGES if stage in SECTIONS] + ["compute"]
    assert list(SECTIONS) == list(yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8")))


def test_paths_are_those_of_dvc_yaml() -> None:
    defined = {str(value) for name, value in vars(paths).items() if name.isupper()}
    written = set().union(*map(outputs, STAGES))
    inside = {path for path in written if any(path.startswith(f"{folder}/") for folder in defined)}
    assert written - inside <= defined


def test_files_beside_the_modules_are_in_a_dependency() -> None:
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "denoising").rglob("*") if path.is_file()}
    others = {path for path in found if not path.endswith((".py", ".pyc", ".onnx")) and path != "denoising/py.typed"}
    beside = {"datasets/bsds500.sha256", "language/zh-CN.json", "report/page.html", "report/page.zh-CN.html"}
    assert others == {f"denoising/{name}" for name in beside}


def test_the_classifier_depends_on_neither_noise_nor_denoiser() -> None:
    deps = [dep for dep in PIPELINE["stages"]["classifier"]["deps"] if not is_code(dep)]
    assert [dep for dep in deps if "clean" not in dep and "labels" not in dep] == []
    assert not any("denoiser" in dep or "training" in dep for dep in PIPELINE["stages"]["baselines"]["deps"])


def test_the_model_is_published_as_an_artifact() -> None:
    assert PIPELINE["artifacts"]["denoiser"]["path"] in PIPELINE["stages"]["train"]["outs"]


def test_metrics_are_few_and_their_file_alone_is_one() -> None:
    metrics = [path for stage in STAGES for entry in PIPELINE["stages"][stage].get("metrics", []) for path in entry]
    assert metrics == [str(paths.METRICS), str(paths.EXPORT_SUMMARY)]


def test_bulky_results_are_in_the_cache_and_not_in_git() -> None:
    plots = PIPELINE["stages"]["evaluate"]["plots"]
    (images,) = (entry["reports/evaluation/images.csv"] for entry in plots if "reports/evaluation/images.csv" in entry)
    assert "cache" not in images
