"""Breaks lines, in texts with spaces and in Chinese ones, which have none."""

import re
import textwrap

from denoising.language.texts import width

HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
OPENING, CLOSING = "（《“", "，。、；：？！）》”"  # never at the end of a line, or at its beginning
PART = re.compile(rf"[{OPENING}]*(?:[{HAN}]|[^\s{HAN}“”]+)[{CLOSING}]*|\s+")


def wrap(text: str, columns: int) -> str:
    """Return a text with lines of at most `columns` columns; a Chinese character takes two."""
    if width(text) == len(text):
        return textwrap.fill(text, columns, break_on_hyphens=False)
    lines = [""]
    for part in PART.findall(text):
        if width(lines[-1] + part.rstrip()) > columns:
            lines.append("")
        lines[-1] += part if lines[-1] else part.lstrip()
    return "\n".join(line.rstrip() for line in lines)
