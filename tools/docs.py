"""Write the tables of README.md and docs/, and params.schema.json. This is `make docs`.

    python -m tools.docs            # writes the files
    python -m tools.docs --check    # only says which are out of date

A table stands between the lines `<!-- NAME:begin -->` and `<!-- NAME:end -->`; `tools/tables.py` makes it.
"""

import json
import re
import sys
from pathlib import Path

from denoising.errors import DenoisingError
from stages.run import run
from tools.parameters import schema
from tools.result_tables import OtherResultsError
from tools.tables import TABLES

SCHEMA = Path("params.schema.json")


def main() -> None:
    check = "--check" in sys.argv[1:]
    texts = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in (*documents(), SCHEMA)}
    updated = {path: with_tables(text, keep_others=check) for path, text in texts.items()}
    updated[SCHEMA] = json.dumps(schema(), indent=2) + "\n"
    stale = [path for path in texts if updated[path] != texts[path]]
    if stale and check:
        names = ", ".join(map(str, stale))
        raise DenoisingError(f"Out of date with the recorded results or the parameters: {names}. Run `make docs`.")
    for path in stale:
        path.write_text(updated[path], encoding="utf-8")


def documents() -> list[Path]:
    return [Path("README.md"), Path("README.zh-CN.md"), *sorted(Path("docs").glob("*.md"))]


def with_tables(text: str, *, keep_others: bool = False) -> str:
    """Return a document with every table made again; `keep_others`: not those of other results than are in reports/."""

    def replace(match: re.Match[str]) -> str:
        begin, name, end = match.groups()
        if name not in TABLES:
            raise DenoisingError(f"A document asks for a table {name}, which tools/tables.py does not have.")
        try:
            return f"{begin}\n{TABLES[name]()}\n{end}"
        except OtherResultsError:
            if keep_others:
                return match.group()
            raise

    return re.sub(r"(<!-- (\w+):begin -->)\n.*?\n?(<!-- \2:end -->)", replace, text, flags=re.DOTALL)


if __name__ == "__main__":
    run(main)
