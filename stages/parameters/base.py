"""Reads params.yaml, checks every value and reports all errors at once."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from denoising.errors import DenoisingError
from stages.parameters.yaml12 import load_yaml
from stages.paths import PARAMS


class Section(BaseModel):
    """A section of params.yaml: typed fields without defaults; the description of each says what is valid."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


AnySection = TypeVar("AnySection", bound=Section)


def read_section(name: str, section: type[AnySection]) -> AnySection:
    """Return the section `name` of params.yaml; raises `DenoisingError` with all that is wrong in it."""
    document = read_document()
    check_document({name: document[name]} if name in document else {}, {name: section})
    return section.model_validate(document[name])


def read_document() -> Mapping[str, Any]:
    """Return params.yaml as plain data; raises `DenoisingError` where it is missing, not YAML, or not a mapping."""
    if not PARAMS.is_file():
        raise DenoisingError(f"There is no {PARAMS} here. Run in the folder that has it, or `git checkout {PARAMS}`.")
    document = load_yaml(PARAMS.read_text(encoding="utf-8", errors="replace"), name=str(PARAMS))
    if not isinstance(document, Mapping):
        raise DenoisingError(f"{PARAMS} contains no sections. `git checkout {PARAMS}` restores it.")
    return document


def check_document(document: Mapping[str, Any], sections: Mapping[str, type[Section]]) -> None:
    """Raise `DenoisingError` with a line for every error in the document."""
    errors = document_errors(document, sections)
    if errors:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        lines = "".join(f"\n  {line}" for line in errors)
        raise DenoisingError(
            f"{PARAMS} has {count}; nothing was computed. Correct it and run again:{lines}\n"
            "(DVC removes the outputs of a stage before it starts the stage; the next successful run restores them.)"
        )


def document_errors(document: Mapping[str, Any], sections: Mapping[str, type[Section]]) -> list[str]:
    """Return a line for every error in `document`, which should consist of `sections`."""
    unknown = [
        f"{name}: unknown section{_suggestion(str(name), sections)}" for name in document if name not in sections
    ]
    return unknown + [line for name, section in sections.items() for line in _section_errors(name, section, document)]


def _section_errors(name: str, section: type[Section], document: Mapping[str, Any]) -> list[str]:
    if name not in document:
        return [f"{name}: missing; expected a section with the keys {', '.join(section.model_fields)}"]
    try:
        section.model_validate(document[name])
    except ValidationError as error:
        return [_line(name, section, details) for details in error.errors()]
    return []


def _line(name: str, section: type[Section], error: Any) -> str:
    """Return an error as its path, the value found, and what is expected."""
    if not error["loc"]:
        return f"{name}: {_shown(error['input'])} is not a section with the keys {', '.join(section.model_fields)}"
    *parents, key = (part for part in error["loc"] if isinstance(part, str))  # a number is a position in a list
    path = ".".join([name, *parents, key])
    holder: Any = section
    for parent in parents:
        holder = holder.model_fields[parent].annotation
    if error["type"] == "extra_forbidden":
        return f"{path}: unknown key{_suggestion(key, holder.model_fields)}"
    expected = holder.model_fields[key].description
    if error["type"] == "missing":
        return f"{path}: missing; expected {expected}"
    found = _shown(error["input"])
    if isinstance(error["loc"][-1], int):
        return f"{path}: {found} is not allowed in {expected}"
    return f"{path}: {found} is not {expected}"


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)


def _suggestion(word: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
