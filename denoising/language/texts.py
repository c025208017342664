"""The language of figures and report. The texts in the code are English; NAME.json has them in another language."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

ENGLISH, CHINESE = "en", "zh-CN"
HAN, LATIN = "\u4e00-\u9fff", "A-Za-z0-9"
BOUNDARY = re.compile(f"(?<=[{HAN}])(?=[{LATIN}])|(?<=[{LATIN}])(?=[{HAN}])")
Translations = Mapping[str, Mapping[str, str]]  # texts, and the labels of methods, types of noise and data sets
_current: ContextVar[tuple[str, Translations]] = ContextVar("language", default=(ENGLISH, {}))


@contextmanager
def language(name: str) -> Iterator[None]:
    """Let figures and report speak a language within a block."""
    token = _current.set((name, {} if name == ENGLISH else read_translations(name)))
    try:
        yield
    finally:
        _current.reset(token)


def read_translations(name: str) -> Translations:
    """Return the translations into a language."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


def current_language() -> str:
    """Return the language of this block."""
    return _current.get()[0]


def translated(text: str) -> str:
    """Return an English text in the language of this block; placeholders such as {name} are kept."""
    return _current.get()[1].get("texts", {}).get(text, text)


def label(kind: str, name: str, english: str) -> str:
    """Return the label of a method, a type of noise or a data set in the language of this block."""
    return _current.get()[1].get(kind, {}).get(name, english)


def sentences(*parts: str) -> str:
    """Return sentences one after the other, with a space where the language has one; empty ones are left out."""
    return translated(" ").join(filter(None, parts))


def spaced(text: str) -> str:
    """Return a text with a space between Chinese characters and words or numbers in Latin ones."""
    return BOUNDARY.sub(" ", text)


def width(text: str) -> int:
    """Return how many columns a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
