"""Write the code dependencies of each stage into dvc.yaml, derived from the imports. This is `make deps`.

    python -m tools.deps            # writes dvc.yaml
    python -m tools.deps --check    # only says whether it is up to date

DVC does not follow imports. A stage depends on the topic folders of `denoising` that it imports from, directly or not,
on single modules of its root, on its own script and section, and on requirements.lock if it computes.
"""

import ast
import re
import sys
from pathlib import Path

from denoising.errors import DenoisingError
from stages.run import run

PIPELINE = Path("dvc.yaml")
LOCK_FILE = "requirements.lock"
# These decide no result: they check values (params.yaml has them), lock, watch and name paths (dvc.yaml has them).
UNTRACKED = (
    "stages/__init__.py",
    "stages/run.py",
    "stages/environment.py",
    "stages/parent_watch.py",
    "stages/paths.py",
)
UNTRACKED_PARAMETERS = (
    "__init__.py",
    "allowed.py",
    "compute.py",
    "contradictions.py",
    "document.py",
    "section.py",
    "yaml12.py",
)
WITHOUT_LIBRARIES = ("index", "report")  # list files, and put texts together


def main() -> None:
    text = PIPELINE.read_text(encoding="utf-8")
    updated = with_dependencies(text)
    if "--check" not in sys.argv[1:]:
        PIPELINE.write_text(updated, encoding="utf-8")
    elif updated != text:
        raise DenoisingError(f"The dependencies in {PIPELINE} are not those of the imports. Run `make deps`.")


def with_dependencies(text: str) -> str:
    """Return the text of dvc.yaml with the derived code dependencies; data dependencies stay, in front of them."""

    def replace(match: re.Match[str]) -> str:
        stage, before, block = match.groups()
        data = [line for line in block.splitlines(keepends=True) if not is_code(line.strip(" -\n"))]
        code = [f"      - {dep}\n" for dep in code_dependencies(stage)]
        return f"  {stage}:\n{before}    deps:\n{''.join(data + code)}"

    pattern = r"^  (\w+):\n((?:    .*\n)*?)    deps:\n((?:      - .*\n)+)"
    return re.sub(pattern, replace, text, flags=re.MULTILINE)


def is_code(dependency: str) -> bool:
    return dependency.startswith(("denoising/", "stages/")) or dependency == LOCK_FILE


def code_dependencies(stage: str) -> list[str]:
    """Return folders and files of the code that a stage depends on, and the lock file, sorted."""
    files = imported_files(Path(f"stages/{stage}.py"))
    found = {topic_folder(path) for path in files}
    return sorted(found | (set() if stage in WITHOUT_LIBRARIES else {LOCK_FILE}))


def topic_folder(path: Path) -> str:
    """Return the topic folder of a module of `denoising`, or the file itself if it is in no folder."""
    in_topic = path.parts[0] == "denoising" and len(path.parts) > 2
    return str(Path(*path.parts[:2]) if in_topic else path)


def imported_files(path: Path, seen: set[Path] | None = None) -> set[Path]:
    """Return `path` and every tracked file of this project that it imports, directly or not, in functions too."""
    seen = set() if seen is None else seen
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            if node.level:
                raise DenoisingError(f"{path}: write `from {node.module} import` as an absolute import.")
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            module = Path(*name.split("."))
            for file in (module.with_suffix(".py"), module / "__init__.py"):
                if file.is_file() and file not in seen and is_tracked(file):
                    imported_files(file, seen)
    return seen


def is_tracked(path: Path) -> bool:
    """Say whether a change of the file can change a result of a stage that imports it."""
    if path.parts[:2] == ("stages", "parameters"):
        return path.name not in UNTRACKED_PARAMETERS
    return path.parts[0] in ("denoising", "stages") and str(path) not in (*UNTRACKED, "denoising/__init__.py")


if __name__ == "__main__":
    run(main)
