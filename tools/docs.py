"""Write the tables of README.md and docs/ from the recorded results. This is `make docs`.

    python -m tools.docs            # writes the files
    python -m tools.docs --check    # only says which are out of date

A table stands between the lines `<!-- NAME:begin -->` and `<!-- NAME:end -->`; `tools/tables.py` makes it.
"""

import re
import sys
from pathlib import Path

from denoising.errors import DenoisingError
from stages.run import run
from tools.tables import TABLES


def main() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in documents()}
    updated = {path: with_tables(text) for path, text in texts.items()}
    stale = [path for path in texts if updated[path] != texts[path]]
    if stale and "--check" in sys.argv[1:]:
        names = ", ".join(map(str, stale))
        raise DenoisingError(f"The tables in {names} are not those of the recorded results. Run `make docs`.")
    for path in stale:
        path.write_text(updated[path], encoding="utf-8")


def documents() -> list[Path]:
    return [Path("README.md"), *sorted(Path("docs").glob("*.md"))]


def with_tables(text: str) -> str:
    """Return a document with every table made again."""

    def replace(match: re.Match[str]) -> str:
        begin, name, end = match.groups()
        return f"{begin}\n{TABLES[name]()}\n{end}"

    return re.sub(r"(<!-- (\w+):begin -->)\n.*?\n?(<!-- \2:end -->)", replace, text, flags=re.DOTALL)


if __name__ == "__main__":
    run(main)
