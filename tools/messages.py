"""The messages that a person can meet, as the code has them: what docs/troubleshooting.md lists."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOPICS = {
    "Denoising files": ("denoising/cli", "denoising/inference", "denoising/app"),
    "Reading and writing image files": ("denoising/image_files",),
    "Parameters": ("stages/parameters",),
    "Data sets and folders of images": ("denoising/datasets", "denoising/noise", "stages/prepare.py"),
    "Training and networks": ("denoising/training", "denoising/models", "denoising/backend", "stages/train*.py"),
    "Several machines": ("denoising/cluster", "tools/slurm.py"),
    "Files of the pipeline": ("denoising/io",),
    "Evaluation and report": (
        "denoising/evaluation",
        "denoising/baselines",
        "denoising/figures",
        "denoising/metrics.py",
        "denoising/images.py",
        "stages/classifier.py",
    ),
    "Experiments, seeds and sweeps": (
        "tools/experiment.py",
        "tools/seeds.py",
        "tools/sweep*.py",
        "tools/search_space.py",
    ),
    "Other commands": ("tools",),
}
VALUE = "…"  # in place of what differs
TYPES = ("DenoisingError", "DamagedFileError", "DatasetUnavailableError", "ImageFileError", "OtherResultsError")
OF_VALUES = ("ValueError",)  # what is wrong with a value, behind its name
PROBLEMS = ("problems", "failures")  # lists that an error has under its sentence
LISTS = "in_lines"  # the function that puts a list under a sentence


def message_list() -> str:
    """Return all messages as Markdown, under the topic that each belongs to."""
    lines: list[str] = []
    for topic, places in TOPICS.items():
        found = {text: None for path in files(places) for text in messages(path)}
        lines += ["", f"### {topic}", "", *(f"- {text}" for text in sorted(found) if f"- {text}" not in lines)]
    return "\n".join(lines[1:])


def files(places: tuple[str, ...]) -> list[Path]:
    """Return the modules in folders or of names, sorted."""
    chosen = [path for place in places for path in ROOT.glob(place)]
    return sorted({module for path in chosen for module in (path.rglob("*.py") if path.is_dir() else [path])})


def messages(path: Path) -> Iterator[str]:
    """Yield the messages of a module, in one line each, as Markdown: of errors, and of the lists that errors have."""
    of_parameters = path.parent.name == "parameters" or path.stem == "search_space"
    types = (*TYPES, *OF_VALUES) if of_parameters else TYPES
    module = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        for said in (*_raised(node, types), *_listed(node), *(_of_values(node) if of_parameters else ())):
            text = words(named.get(said.id, said) if isinstance(said, ast.Name) else said)
            line = " ".join(text.split()).replace(f"{VALUE}{VALUE}", VALUE)
            if len(re.findall(r"\w{2,}", line.replace(VALUE, ""))) > 1:  # else it has nothing but values
                line = rf"\{line}" if line.startswith("-") else line
                yield line.replace("<", "&lt;").replace("*", r"\*").replace("_", r"\_")


def _raised(node: ast.AST, types: Collection[str]) -> Iterator[ast.expr]:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id=kind), args=[said, *_])) if kind in types:
            yield said
        case ast.Call(func=ast.Name(id="_tell"), args=[_, said]):  # another worker, which raises it
            yield said


def _listed(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what is added to a list of problems."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr="append"), args=[said]) if _name(receiver) in PROBLEMS:
            yield said
        case ast.AugAssign(target=ast.Name(id=name), value=ast.ListComp(elt=said)) if name in PROBLEMS:
            yield said


def _of_values(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what is said of a value, behind its name and a colon."""
    match node:
        case ast.Yield(value=ast.Constant() | ast.JoinedStr() as said) | ast.Return(value=ast.JoinedStr() as said):
            if ": " in words(said):
                yield said


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def words(node: ast.expr) -> str:
    """Return the text of an expression, with a placeholder for each value; empty where it is none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in values)
        case ast.Call(func=ast.Name(id=name), args=[head, *_]) if name == LISTS:
            return f"{words(head)} {VALUE}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (words(left) or VALUE) + (words(right) or VALUE)
    return ""
