"""What README.md and docs/ say is what the files hold, what the code does, and what the commands are."""

import re
from pathlib import Path

import pytest
import yaml
from checkout import Checkout

from tools.docs import documents, with_tables

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_every_table_is_the_recorded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for path in documents():
        text = path.read_text(encoding="utf-8")
        assert with_tables(text) == text, f"`make docs` would change {path}"


def test_a_stale_table_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = README.read_text(encoding="utf-8")
    assert with_tables(text.replace("12,193 |", "12,194 |")) == text


def test_the_readme_fits_two_screens() -> None:
    assert len(README.read_text(encoding="utf-8").split()) <= 900


def test_every_parameter_is_explained_in_its_order() -> None:
    def paths(section: dict[str, object], prefix: str = "") -> list[str]:
        return [
            path
            for name, value in section.items()
            for path in (paths(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name])
        ]

    parameters = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    text = (ROOT / "docs/parameters.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+\.[\w.]+)`", text, flags=re.MULTILINE) == paths(parameters)


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
    for line in "".join(blocks(path, "sh")).splitlines():
        program, *words = line.split("#")[0].split()
        assert program in ("make", "dvc", "git", "python", ".", ".venv/bin/pre-commit"), line
        if program == "make":
            assert words[0] in targets, line
        if program == "python":
            assert words[0] == "-m"
            assert (ROOT / words[1].replace(".", "/")).with_suffix(".py").exists(), line


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks(README, "python"))
def test_the_python_of_the_readme_runs(code: str, reproduced: Checkout) -> None:
    done = reproduced.run("python", "-c", code)
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip().endswith("(10, 28, 28, 1)")
