"""Reads params.yaml, checks every value and names all mistakes at once."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from stages.lib.failure import Mistake
from stages.lib.yaml12 import load_yaml

PARAMS = Path("params.yaml")


class Section(BaseModel):
    """A section of params.yaml: typed fields without defaults, each described by what would be right there."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


AnySection = TypeVar("AnySection", bound=Section)


def read_section(name: str, section: type[AnySection]) -> AnySection:
    """Return the section `name` of params.yaml, checked; raise Mistake with all that is wrong in it."""
    document = read_document()
    refuse(section_mistakes(name, section, document))
    return section.model_validate(document[name])


def read_document() -> Mapping[str, Any]:
    """Return params.yaml as plain data; raise Mistake where it is missing, unreadable or no mapping."""
    if not PARAMS.is_file():
        raise Mistake(f"There is no {PARAMS} here. Run from the folder that holds it, or `git checkout {PARAMS}`.")
    document = load_yaml(PARAMS.read_text(encoding="utf-8", errors="replace"), name=str(PARAMS))
    if not isinstance(document, Mapping):
        raise Mistake(f"{PARAMS} holds no sections. `git checkout {PARAMS}` restores it.")
    return document


def document_mistakes(document: Mapping[str, Any], sections: Mapping[str, type[Section]]) -> list[str]:
    """Return one line for every mistake in `document`, whose only keys should be `sections`."""
    unknown = [f"{name}: unknown section{_closest(str(name), sections)}" for name in document if name not in sections]
    return unknown + [line for name, section in sections.items() for line in section_mistakes(name, section, document)]


def section_mistakes(name: str, section: type[Section], document: Mapping[str, Any]) -> list[str]:
    """Return one line for every mistake in the section `name`: its path, the value, and what would be right."""
    if name not in document:
        return [f"{name}: missing; expected a section with the keys {', '.join(section.model_fields)}"]
    try:
        section.model_validate(document[name])
    except ValidationError as error:
        return [_line(name, section, mistake) for mistake in error.errors()]
    return []


def refuse(mistakes: list[str]) -> None:
    """Raise Mistake with all the lines, if there are any."""
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        lines = "".join(f"\n  {line}" for line in mistakes)
        raise Mistake(
            f"{PARAMS} has {count}; nothing was computed. Correct and run again:{lines}\n"
            "(DVC takes a stage's outputs away before it starts the stage; the corrected run brings them back.)"
        )


def _line(name: str, section: type[Section], mistake: Any) -> str:
    if not mistake["loc"]:
        return f"{name}: {_shown(mistake['input'])} is not a section with the keys {', '.join(section.model_fields)}"
    *parents, key = (part for part in mistake["loc"] if isinstance(part, str))  # a number is a place in a list
    path = ".".join([name, *parents, key])
    holder: Any = section
    for parent in parents:
        holder = holder.model_fields[parent].annotation
    if mistake["type"] == "extra_forbidden":
        return f"{path}: unknown key{_closest(key, holder.model_fields)}"
    expected = holder.model_fields[key].description
    if mistake["type"] == "missing":
        return f"{path}: missing; expected {expected}"
    found = _shown(mistake["input"])
    if isinstance(mistake["loc"][-1], int):
        return f"{path}: {found} does not belong into {expected}"
    return f"{path}: {found} is not {expected}"


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)


def _closest(word: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
