"""Reads params.yaml, checks every value and reports all errors at once."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ValidationError

from denoising.errors import DenoisingError
from stages.parameters import SECTIONS
from stages.parameters.allowed import allowed, joined
from stages.parameters.contradictions import contradictions
from stages.parameters.section import Section
from stages.parameters.yaml12 import load_yaml
from stages.paths import PARAMS

AnySection = TypeVar("AnySection", bound=Section)


def read_section(name: str, section: type[AnySection]) -> AnySection:
    """Return the section `name` of params.yaml; raises `DenoisingError` with all that is wrong in the file."""
    document = read_document()
    check_document(document)
    return section.read(document[name])


def read_document() -> Mapping[str, Any]:
    """Return params.yaml as plain data; raises `DenoisingError` where it is missing, not YAML, or not a mapping."""
    if not PARAMS.is_file():
        raise DenoisingError(f"There is no {PARAMS} here. Run in the folder that has it, or `git checkout {PARAMS}`.")
    return parse_document(PARAMS.read_bytes(), name=str(PARAMS))


def parse_document(content: bytes, *, name: str) -> Mapping[str, Any]:
    """Return the content of a file of sections as plain data; raises `DenoisingError` where it is none."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DenoisingError(f"{name}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8.") from error
    document = load_yaml(text, name=name)
    if not isinstance(document, Mapping):
        raise DenoisingError(f"{name} contains no sections. `git checkout {name}` restores it.")
    return document


def check_document(document: Mapping[str, Any]) -> None:
    """Raise `DenoisingError` with a line for every error in the document."""
    errors = document_errors(document)
    if errors:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        lines = "".join(f"\n  {line}" for line in errors)
        raise DenoisingError(
            f"{PARAMS} has {count}; nothing was computed. Correct it and run again:{lines}\n"
            f"(`git restore {PARAMS}` undoes what -S has written. DVC removes the outputs of a stage before it starts "
            "it; the next successful run restores them.)"
        )


def document_errors(document: Mapping[str, Any]) -> list[str]:
    """Return a line for every error in the document: in a section, or between sections that are valid alone."""
    lines = [f"{name}: unknown section{_suggestion(str(name), SECTIONS)}" for name in document if name not in SECTIONS]
    for name, section in SECTIONS.items():
        lines += _section_errors(name, section, document)
    return lines or list(contradictions({name: section.read(document[name]) for name, section in SECTIONS.items()}))


def _section_errors(name: str, section: type[Section], document: Mapping[str, Any]) -> list[str]:
    if name not in document:
        return [f"{name}: missing; expected a section with the keys {', '.join(section.model_fields)}"]
    chosen = section.with_choices_of(document[name])
    try:
        chosen.model_validate(document[name])
    except ValidationError as error:
        lines = (_line(name, chosen, document[name], details) for details in error.errors())
        return list(dict.fromkeys(line for line in lines if line))  # a union has an error for each of its types
    return []


def _line(name: str, section: type[Section], values: Any, error: Any) -> str | None:
    """Return an error as its path, the value found, and what is expected; None if another error explains it."""
    if not error["loc"]:
        return f"{name}: {_shown(error['input'])} is not a section with the keys {', '.join(section.model_fields)}"
    path, holder, inside = [name], section, values
    for key in map(str, error["loc"]):
        path.append(key)
        if key not in holder.model_fields:
            return _unknown_key(".".join(path), key, holder, inside)
        found = inside.get(key)
        if key not in holder.sections() or not isinstance(found, Mapping) or key == error["loc"][-1]:
            break
        holder, inside = holder.sections()[key], found
    field = holder.model_fields[path[-1]]
    if error["type"] == "missing":
        return f"{'.'.join(path)}: missing; expected {allowed(field)}"
    wrong = error["input"] if error["type"] == "literal_error" and isinstance(found, list) else found
    relation = "not allowed in" if wrong is not found else "not"
    return f"{'.'.join(path)}: {_shown(wrong)} is {relation} {allowed(field)}"


def _unknown_key(path: str, key: str, holder: type[Section], values: Any) -> str | None:
    for choice, settings in holder.settings_of.items():
        having = tuple(word for word, of in settings.items() if key in of.model_fields)
        if having and values.get(choice) in settings:
            return f"{path}: {values[choice]} has no such setting, only {joined(having)}; remove it"
        if having:
            return None  # the choice itself is an error
    return f"{path}: unknown key{_suggestion(key, holder.model_fields)}"


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)


def _suggestion(word: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
