"""What README.md and docs/ say is what the files hold, what the code does, and what the commands are."""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from checkout import Checkout
from dvc.cli.parser import get_main_parser
from jsonschema import Draft7Validator

from denoising.cli.arguments import parser
from denoising.errors import DenoisingError
from denoising.io.tables import read_summary, read_table, write_summary
from stages.parameters.document import document_errors
from tools import docs
from tools.experiment import flatten
from tools.messages import TOPICS, files, messages
from tools.parameters import comment, described
from tools.tables import TABLES

ROOT = Path(__file__).parents[2]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
DOCUMENTS = [README, CHINESE, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def read(name: str) -> str:
    """Return a document with every run of white space as one space."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the documents and the results, which `python -m tools.docs --check` would check."""
    for path in (README, CHINESE):
        shutil.copy(path, tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for folder in ("reports", "benchmarks"):  # only read
        (tmp_path / folder).symlink_to(ROOT / folder)
    shutil.copy(ROOT / "params.schema.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["docs", "--check"])
    return tmp_path


@pytest.mark.usefixtures("copied")
def test_every_table_is_the_recorded_one() -> None:
    docs.main()


def test_a_stale_table_is_named_and_not_written(copied: Path) -> None:
    path = copied / "README.md"
    stale = path.read_text(encoding="utf-8").replace("| 12,193 |", "| 12,194 |", 1)
    assert "| 12,194 |" in stale
    path.write_text(stale, encoding="utf-8")
    with pytest.raises(DenoisingError, match=r"parameters: README\.md. Run `make docs`"):
        docs.main()
    assert path.read_text(encoding="utf-8") == stale


@pytest.mark.parametrize("dataset", ["photographs", "digits"])
def test_tables_are_neither_made_nor_checked_from_other_results(
    dataset: str, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "reports", copied / "own", ignore=shutil.ignore_patterns("*figures"))
    (copied / "reports").unlink()
    (copied / "own").rename(copied / "reports")
    write_summary(copied / "reports/summary.json", {"dataset": dataset, "noisy": {"psnr": 20.2, "accuracy": 0.5}})
    docs.main()
    monkeypatch.setattr(sys, "argv", ["docs"])
    with pytest.raises(DenoisingError, match=f"is that of {dataset}. The tables are those of the committed results"):
        docs.main()


def test_a_stale_table_is_written_again(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copied / "README.md"
    fresh = path.read_text(encoding="utf-8")
    path.write_text(fresh.replace("| 12,193 |", "| 12,194 |", 1), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["docs"])
    docs.main()
    assert path.read_text(encoding="utf-8") == fresh


def test_an_unknown_table_is_named(copied: Path) -> None:
    (copied / "README.md").write_text("<!-- unknown:begin -->\n<!-- unknown:end -->\n", encoding="utf-8")
    with pytest.raises(DenoisingError, match="a table unknown, which"):
        docs.main()


def test_every_table_stands_in_a_document_between_two_markers() -> None:
    found = [re.findall(r"<!-- (\w+):(\w+) -->", path.read_text(encoding="utf-8")) for path in DOCUMENTS]
    for markers in found:
        assert markers[1::2] == [(name, "end") for name, _ in markers[::2]]
        assert {end for _, end in markers[::2]} <= {"begin"}
    assert {name for markers in found for name, _ in markers} == set(TABLES)


def test_the_numbers_in_sentences_are_the_recorded_ones() -> None:
    summary = read_summary(ROOT / "reports/summary.json")
    methods, sweep = (read_table(ROOT / f"reports/evaluation/{name}.csv") for name in ("methods", "noise_sweep"))
    cae = read_summary(ROOT / "benchmarks/results/experiments.json")["cae"]
    readme, results = read("README.md"), read("docs/results.md")
    runs = read_summary(ROOT / "benchmarks/results/natural.json")["runs"]
    psnr, of_bm3d = (
        np.mean([run["scores"]["bsd68"]["25"]["psnr"] for run in runs[name]])
        for name in ("gray_90_seconds", "bm3d_grayscale_bsd68_25")
    )
    assert f"on BSD68 is {psnr - of_bm3d:.1f} dB higher than that of BM3D" in readme
    assert all(run["seconds"] < 90 for run in runs["gray_90_seconds"])
    assert summary["noise_draws"] == 3, "docs/results.md says three realizations"
    for metric, digits in (("psnr", 4), ("ssim", 5)):  # the example of `dvc metrics diff`
        assert f"denoised.{metric} {summary['denoised'][metric]:.{digits}f}" in readme
    assert f"standard deviation of {summary['seeds']['psnr']['std']:.2f} dB" in read("docs/cluster.md")
    assert f"standard deviation {summary['noise']['factor']}, on {summary['images']:,} test images" in readme
    assert f"network has {cae['parameters']:,} parameters" in readme
    assert f"over {summary['images']:,} test images" in results
    assert f"the same {methods['images'][0]:,.0f} test images" in results
    assert f"paired on {sweep['filter_images'][0]:.0f} images, the gain on all {sweep['images'][0]:,.0f}" in results


def test_the_chinese_readme_has_the_numbers_commands_and_links_of_the_english_one() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in (README, CHINESE))
    assert re.findall(r"^#+ ", english, re.MULTILINE) == re.findall(r"^#+ ", chinese, re.MULTILINE)
    for pattern in (r"<!-- \w+:begin -->.*?<!-- \w+:end -->", r"`[^`\n]+`", r"\d[\d,.]*\d"):
        found = [re.findall(pattern, text, flags=re.MULTILINE | re.DOTALL) for text in (english, chinese)]
        extra = {"`report.language`", "`zh-CN`", "`apt install fonts-noto-cjk`"} if pattern.startswith("`") else set()
        assert set(found[0]) <= set(found[1]) <= set(found[0]) | extra, pattern
    commands = [
        [line.split("#")[0].strip() for block in blocks(path, "sh") for line in block.splitlines()]
        for path in (README, CHINESE)
    ]
    assert commands[0] == commands[1]
    links = [{link.replace(".zh-CN", "") for link in re.findall(r"\]\(([^)]+)\)", text)} for text in (english, chinese)]
    assert links[0] == links[1]


def test_every_module_with_messages_is_under_a_topic() -> None:
    listed = {path for places in TOPICS.values() for path in files(places)}
    modules = {path for name in ("denoising", "stages", "tools") for path in (ROOT / name).rglob("*.py")}
    assert [path for path in sorted(modules - listed) if list(messages(path))] == []
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    for message in (
        "Clean and noisy images do not match: …",
        "The training cannot begin: … has other … than ….",
        "the numbers do not increase",
    ):
        assert f"- {message}\n" in text


def test_the_readme_fits_two_screens() -> None:
    assert len(README.read_text(encoding="utf-8").split()) <= 900


def test_the_comments_in_params_yaml_are_those_of_the_classes() -> None:
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    found = [line.split(" # ", 1)[1] for line in lines if " # " in line and not line.startswith("#")]
    committed = dict(flatten(yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))))
    assert found == [comment(field) for path, field, _ in described() if path in committed]
    assert {path for path, _, owners in described() if not owners} <= committed.keys()
    assert committed.keys() <= {path for path, _, _ in described()}


def test_every_experiment_and_the_committed_parameters_follow_the_schema() -> None:
    check = Draft7Validator(json.loads((ROOT / "params.schema.json").read_text(encoding="utf-8")))
    committed = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert list(check.iter_errors(committed)) == []
    for path in (ROOT / "experiments").glob("*.yaml"):
        document = {**committed, **yaml.safe_load(path.read_text(encoding="utf-8"))}
        assert [error.message for error in check.iter_errors(document)] == [], path


@pytest.mark.parametrize(
    ("name", "value"),
    [("filters", 16), ("epochs", 0), ("epochs", "ten"), ("optimizer", "sgd"), ("optimizer", "muon"), ("epoch", 3)],
)
def test_the_schema_refuses_what_the_check_refuses(name: str, value: object) -> None:
    check = Draft7Validator(json.loads((ROOT / "params.schema.json").read_text(encoding="utf-8")))
    document = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    document["train"][name] = value
    assert document_errors(document)
    assert list(check.iter_errors(document))


@every_document
def test_every_file_that_is_linked_or_drawn_exists(path: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@every_document
def test_every_code_block_is_run_or_marked_as_output(path: Path) -> None:
    found = re.findall(r"^```(\S*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(found) <= {"", "python", "sh", "text"}
    assert found.count("") * 2 == len(found), "every block names its language"


@every_document
def test_every_command_exists(path: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for line in re.split(r"\n|&&", "".join(blocks(path, "sh")).strip()):
        assigned = re.compile(r"\w+=")
        program, *words = [word for word in shlex.split(line, comments=True) if not assigned.match(word)] or [""]
        known = (
            "",
            "make",
            "dvc",
            "git",
            "python",
            "python3",
            ".",
            ".venv/bin/pre-commit",
            "pip",
            "denoise",
            "cat",
            "cd",
            "export",
        )
        assert program in known, line
        if program == "denoise":
            parser().parse_args(words)
        if program == "make":
            assert words[0] in targets, line
        if program == "dvc":
            get_main_parser().parse_args(words)  # raises where DVC has no such command or option
        if program == "python":
            assert words[0] == "-m"
            module = ROOT / words[1].replace(".", "/")
            assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), line


@pytest.mark.slow
@pytest.mark.parametrize("code", [code for path in DOCUMENTS for code in blocks(path, "python")])
def test_the_python_of_the_documents_runs(code: str, reproduced: Checkout, tmp_path: Path) -> None:
    done = reproduced.copy(tmp_path / "copy").run("python", "-c", code)
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip().endswith(("(10, 28, 28, 1)", "(2, 64, 64)", "(8,) (8,)")), done.stdout


@pytest.mark.slow
def test_the_model_loads_with_keras_alone_as_the_readme_says(reproduced: Checkout, tmp_path: Path) -> None:
    (call,) = re.findall(r"`(keras\.models\.load_model\([^`]+)`", README.read_text(encoding="utf-8"))
    copy = reproduced.copy(tmp_path / "copy")
    done = copy.run("python", "-c", f"import keras; print({call}.count_params())")
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip().endswith("12193")
