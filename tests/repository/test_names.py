"""Private words for things that have a public name do not come back."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRIVATE = {
    *("mistake", "diary", "feed", "trainee", "settle", "stretches", "orphan", "refuse", "hygiene", "telling"),
    *("shipped", "sceptic", "headline", "gallery", "advantage", "redraw", "undo"),
    *("recognised", "ahead", "familiar", "undone", "dots", "share"),
    *("catalogue", "ruler", "ways", "wording", "scratch", "quicker", "doubling", "warp"),
}


def identifiers(path: Path) -> set[str]:
    """Return the parts, in lower case, of every name that a module defines or uses."""
    names: set[str] = {path.stem}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Attribute(attr=name):
                names.add(name)
    return {part.lower() for name in names for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_private_word_names_anything() -> None:
    for folder in ("denoising", "stages", "tools", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not identifiers(path) & PRIVATE, path


def test_no_old_word_stands_in_a_figure_a_page_or_the_parameters() -> None:
    texts = [*(ROOT / "denoising/figures").glob("*.py"), ROOT / "denoising/report/page.html", ROOT / "params.yaml"]
    texts += [*(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks/results").glob("*.md")]
    for path in texts:
        found = re.search(
            r"recognised|in turns|\bahead\b|familiar|undone|taken for|\bdraws? of|level with", path.read_text("utf-8")
        )
        assert not found, (path, found)
