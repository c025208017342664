"""Makes PyYAML read the numbers and booleans of YAML 1.2, as DVC does: `1e-05` is a number, `on` is a string.

DVC reads params.yaml with ruamel.yaml, which takes more forms for numbers and dates than the standard, such as `1_000`.
What the two would read differently is refused.
"""

import re
from typing import Any

import yaml

from denoising.errors import DenoisingError
from stages.parameters.section import FRACTION


class Yaml12Loader(yaml.SafeLoader):
    """Loads plain data only, by the core schema of YAML 1.2 (chapter 10.3), and refuses duplicate keys."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way: add_implicit_resolver fills it, per class

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise yaml.MarkedYAMLError(problem="a key that is not a string", problem_mark=key.start_mark)
            if key.value == "<<" and key.style is None:
                raise yaml.MarkedYAMLError(problem="a merge key (<<): write the keys out", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value} occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_integer(self, node: yaml.ScalarNode) -> int:
        text = node.value
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)

    def construct_ambiguous(self, node: yaml.ScalarNode) -> str:
        if re.match(FRACTION, node.value):
            return node.value
        problem = f"{node.value} can be read in two ways: write a plain number, or put it in quotes"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)

    def construct_float(self, node: yaml.ScalarNode) -> float:
        return float(re.sub(r"\.(?=inf|nan)", "", node.value.lower()))


for _tag, _pattern, _first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+([eE][-+][0-9]+)?|[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?)|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("ambiguous", r"[-+]?([._]*[0-9][0-9_.:+eETtZz/ -]*|0[xob][0-9a-fA-F_]*)|=", list("-+._0123456789=")),
]:
    Yaml12Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)
Yaml12Loader.add_constructor("tag:yaml.org,2002:int", Yaml12Loader.construct_integer)
Yaml12Loader.add_constructor("tag:yaml.org,2002:ambiguous", Yaml12Loader.construct_ambiguous)
Yaml12Loader.add_constructor("tag:yaml.org,2002:float", Yaml12Loader.construct_float)


def load_yaml(text: str, *, name: str) -> Any:
    """Return the plain data in `text`; raises `DenoisingError`, with the line, where it is not valid YAML."""
    if re.search(r"^%", text, flags=re.MULTILINE):
        raise DenoisingError(f"{name} has a line that begins with %: a directive, or text to be put in quotes.")
    try:
        return yaml.load(text, Loader=Yaml12Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error) or type(error).__name__
        raise DenoisingError(f"{name}{place} is not valid YAML: {problem}.") from error
