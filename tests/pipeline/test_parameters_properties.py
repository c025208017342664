import io
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from denoising.errors import DenoisingError
from stages.parameters.document import document_errors
from stages.parameters.yaml12 import load_yaml


def keyed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.from_regex(r"[a-z]{3,8}_", fullmatch=True), values, max_size=3)


RIGHT = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8"))
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False)
VALUES = NUMBERS | st.booleans() | st.none() | st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
DOCUMENTS = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | keyed(inner), max_leaves=8)
quickly = settings(deadline=None, max_examples=60)


@quickly
@given(keyed(DOCUMENTS))
def test_what_the_yaml_library_of_dvc_writes_is_read_as_it_was(document: dict[str, Any]) -> None:
    text = io.StringIO()
    YAML(typ="safe").dump(document, text)
    assert load_yaml(text.getvalue(), name="params.yaml") == document


SCALARS = st.text("0123456789_.:+-eExXoObBfTZ/", min_size=1, max_size=9) | st.sampled_from(
    [
        "1_000",
        ".38E8",
        "0b11",
        "0o17",
        "0x1F",
        "2026-01-01",
        "2026-01-01 10:00:00",
        "12:30",
        "1e5",
        "1.",
        "-.5",
        "=",
        "010",
    ]
)


@settings(deadline=None, max_examples=600)
@given(SCALARS)
def test_a_plain_value_is_read_as_dvc_reads_it_or_refused(scalar: str) -> None:
    text = f"key: {scalar}\n"
    try:
        ours = load_yaml(text, name="params.yaml")
    except DenoisingError:
        return
    try:
        theirs = YAML(typ="safe").load(text)
    except ValueError:  # then DVC refuses it
        return
    assert (ours, type(ours["key"])) == (theirs, type(theirs["key"]))


@quickly
@given(st.integers(1, 100_000), st.floats(0, 10))
def test_every_value_within_its_range_is_accepted(epochs: int, factor: float) -> None:
    noise = {**RIGHT["prepare"]["noise"], "factor": factor}
    document = {**RIGHT, "train": {**RIGHT["train"], "epochs": epochs}, "prepare": {**RIGHT["prepare"], "noise": noise}}
    assert document_errors(document) == []


@quickly
@given(st.one_of(VALUES.filter(lambda value: type(value) is not int), st.integers(max_value=0)))
def test_every_other_value_is_one_error_that_names_it(epochs: object) -> None:
    document = {**RIGHT, "train": {**RIGHT["train"], "epochs": epochs}}
    (line,) = document_errors(document)
    assert line.startswith("train.epochs: ")
    assert "is not a whole number from 1" in line
