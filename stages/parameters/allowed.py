"""Says in words what a parameter may be, from its type and its constraints."""

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from stages.parameters.section import Increasing, Section, WithoutDuplicates


def allowed(field: FieldInfo) -> str:
    """Return what a field accepts, such as "a whole number from 1 to 12"."""
    return _allowed(field.annotation, list(field.metadata))


def choices(field: FieldInfo) -> tuple[str, ...]:
    """Return the words among which a field chooses, if that is all it accepts."""
    annotation = field.annotation
    if get_origin(annotation) is list:
        annotation = get_args(annotation)[0]
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _allowed(annotation: Any, constraints: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _allowed(inner, [*_flat(more), *constraints])
    if get_origin(annotation) in (Union, UnionType):
        return ", or ".join(_allowed(part, []) for part in get_args(annotation))
    if get_origin(annotation) is Literal:
        words = get_args(annotation)
        return f"the word {words[0]}" if len(words) == 1 else f"one of {joined(words)}"
    if get_origin(annotation) is list:
        return _list(annotation, constraints)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"a section with the keys {', '.join(annotation.model_fields)}"
    if annotation in (bool, str):
        return "true or false" if annotation is bool else "a path that does not begin with ~"
    kind = "a whole number" if annotation is int else "a number"
    fraction = ", or a fraction such as 25/255" if any(isinstance(of, BeforeValidator) for of in constraints) else ""
    return f"{kind}{_range(constraints)}{fraction}"


def _list(annotation: Any, constraints: list[Any]) -> str:
    inner = get_args(annotation)[0]
    least = _bound(constraints, annotated_types.MinLen, "min_length")
    if WithoutDuplicates in constraints:
        return f"a list of at least {least} of {joined(get_args(inner))}, each once"
    if Increasing in constraints:
        return f"a list of at least {least} increasing numbers, each {_allowed(inner, [])}"
    return f"a list of the lowest and the highest, each {_allowed(inner, [])}"


def _range(constraints: list[Any]) -> str:
    low, above = _bound(constraints, annotated_types.Ge, "ge"), _bound(constraints, annotated_types.Gt, "gt")
    high, below = _bound(constraints, annotated_types.Le, "le"), _bound(constraints, annotated_types.Lt, "lt")
    if isinstance(below, int) and below > 1:
        high, below = below - 1, None
    match (low, above, high, below):
        case (low, None, high, None) if low is not None and high is not None:
            return f" from {low} to {high}"
        case (low, None, None, None):
            return f", at least {low}"
        case (None, None, None, None):
            return ""
        case (None, above, None, None):
            return f" above {above}"
        case (low, None, None, below) if low is not None:
            return f" from {low}, below {below}"
        case (None, above, high, None) if high is not None:
            return f" above {above}, at most {high}"
        case _:
            return f" between {above} and {below}"


def _bound(constraints: list[Any], kind: type, name: str) -> Any:
    return next((getattr(one, name) for one in reversed(constraints) if isinstance(one, kind)), None)


def _flat(constraints: list[Any]) -> list[Any]:
    return [one for item in constraints for one in (item.metadata if isinstance(item, FieldInfo) else [item])]


def joined(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else words[0]
