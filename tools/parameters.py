"""What docs/parameters.md, params.schema.json and the comments in params.yaml say of the parameters."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from stages.parameters import SECTIONS
from stages.parameters.allowed import allowed, choices, joined
from stages.parameters.section import Section

Described = tuple[str, FieldInfo, str]  # the dotted name, the field, and the choices that it belongs to


def described() -> Iterator[Described]:
    """Yield every parameter in the order of params.yaml, a setting of a choice after the field of that choice."""
    for name, section in SECTIONS.items():
        yield from _fields(name, section)


def comment(field: FieldInfo) -> str:
    """Return the comment on a parameter in params.yaml: the beginning of its description, and its choices."""
    words = choices(field)
    begin = re.split(r"[;.] |;", str(field.description))[0].replace("`", "")
    return f"{begin}: {', '.join(words[:-1])} or {words[-1]}" if words else begin


def parameter_table() -> str:
    """Return a Markdown table of all parameters."""
    rows = []
    for path, field, owners in described():
        meaning = f"{f'only for {owners}: ' if owners else ''}{field.description}"
        rows.append(f"| `{path}` | {meaning} | {_code(allowed(field), choices(field))} |")
    return "\n".join(["| parameter | meaning | allowed values |", "|---|---|---|", *rows])


def schema() -> dict[str, Any]:
    """Return the JSON schema of params.yaml, by which editors complete and check it."""
    properties = {name: _section_schema(section) for name, section in SECTIONS.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "params.yaml",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _fields(prefix: str, section: type[Section]) -> Iterator[Described]:
    for name, field in section.model_fields.items():
        if name in section.sections():
            yield from _fields(f"{prefix}.{name}", section.sections()[name])
            continue
        yield f"{prefix}.{name}", field, ""
        owners: dict[str, list[str]] = {}
        for choice, settings in section.settings_of.get(name, {}).items():
            for setting in settings.model_fields:
                owners.setdefault(setting, []).append(f"`{choice}`")
        for setting, having in owners.items():
            if setting not in section.model_fields:
                first = section.settings_of[name][having[0].strip("`")]
                yield f"{prefix}.{setting}", first.model_fields[setting], joined(tuple(having))


def _code(text: str, words: tuple[str, ...]) -> str:
    return re.sub(rf"\b({'|'.join(words)})\b", r"`\1`", text) if words else text


def _section_schema(section: type[Section]) -> dict[str, Any]:
    """Return the schema of a section: that of pydantic, and which settings each choice has."""
    own = _inline(section.model_json_schema())
    own["properties"] |= {name: _section_schema(inner) for name, inner in section.sections().items()}
    conditions = []
    for choice, settings in section.settings_of.items():
        every = {name for of in settings.values() for name in of.model_fields}
        for word, of in settings.items():
            found = _inline(of.model_json_schema())["properties"]
            known: dict[str, Any] = {name: found.get(name, False) for name in sorted(every - set(section.model_fields))}
            known |= {name: part for name, part in found.items() if name in section.model_fields}
            then = {"properties": known, "required": [name for name in found if name not in section.model_fields]}
            conditions.append({"if": {"properties": {choice: {"const": word}}}, "then": then})
            own["properties"] |= {name: {} for name in found if name not in own["properties"]}
    return {**own, "allOf": conditions} if conditions else own


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of pydantic with its definitions put where they are used, and without titles."""
    definitions = schema.pop("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolve(definitions[part["$ref"].rsplit("/", 1)[1]])
        return {key: resolve(one) for key, one in part.items() if key != "title" or isinstance(one, dict)}

    return resolve(schema)
