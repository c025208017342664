"""The tutorial runs from its first cell to its last, and says the same in both languages."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ["tutorial.ipynb", "tutorial.zh-CN.ipynb"]
MAX_BYTES = 300_000  # of a notebook with its outputs


def cells(notebook: NotebookNode, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def printed(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    return "".join(output.get("text", "") for output in outputs)


def decibels(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(noisy|denoised) +PSNR +([\d.]+) dB", text)}


@pytest.mark.parametrize("name", NAMES)
def test_the_tutorial_is_committed_with_its_outputs(name: str) -> None:
    notebook = nbformat.read(DOCS / name, as_version=4)
    found = decibels(printed(notebook))
    assert found["denoised"] > found["noisy"] + 5
    assert (DOCS / name).stat().st_size < MAX_BYTES
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


def test_both_languages_run_the_same_code() -> None:
    one, other = (nbformat.read(DOCS / name, as_version=4) for name in NAMES)
    assert cells(one, "code") == cells(other, "code")
    assert len(cells(one, "markdown")) == len(cells(other, "markdown"))
    assert decibels(printed(one)) == decibels(printed(other))  # the seed decides them


@pytest.mark.slow
def test_the_tutorial_runs(tmp_path: Path) -> None:
    shutil.copy(DOCS / NAMES[0], tmp_path)
    notebook = nbformat.read(tmp_path / NAMES[0], as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    found = decibels(printed(notebook))
    assert found["denoised"] > found["noisy"] + 5
    assert (tmp_path / "denoiser.h5").exists()
