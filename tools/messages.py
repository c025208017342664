"""The messages that a person can meet, as the code has them: what docs/troubleshooting.md lists."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOPICS = {
    "Denoising files": ("denoising/cli", "denoising/inference", "denoising/app"),
    "Reading and writing image files": ("denoising/image_files",),
    "Parameters": ("stages/parameters",),
    "Data sets and folders of images": ("denoising/datasets", "denoising/noise", "stages/prepare.py"),
    "Training and networks": ("denoising/training", "denoising/models", "denoising/backend", "stages/train.py"),
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
    """Yield the messages of the errors that a module raises, in one line each, as Markdown."""
    types = (*TYPES, *OF_VALUES) if path.parent.name == "parameters" or path.stem == "search_space" else TYPES
    module = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
            continue
        kind, said = node.exc.func, node.exc.args[0]
        said = named.get(said.id, said) if isinstance(said, ast.Name) else said
        if isinstance(kind, ast.Name) and kind.id in types and (text := words(said)):
            line = " ".join(text.split())
            if line.replace(VALUE, "").strip(" .:,"):
                line = rf"\{line}" if line.startswith("-") else line
                yield line.replace("<", "&lt;").replace("*", r"\*").replace("_", r"\_")


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
