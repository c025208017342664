"""Markdown tables, and numbers with their intervals and deviations."""

from collections.abc import Iterable, Mapping
from typing import Any

from denoising.figures.labels import in_brackets, interval_text


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    first, *others = (f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in (list(head), *rows))
    columns = first.count("|") - 1
    return "\n".join([first, "|---" * columns + "|", *others])


def value(number: float, low: float | None, high: float | None, form: str, *, scale: float = 1) -> str:
    """Return a value with its interval in brackets, if it has one."""
    text = "" if low is None or high is None else interval_text(scale * low, scale * high, form)
    return f"{scale * number:{form}}{in_brackets(text)}"


def of_row(row: Mapping[str, Any], name: str, form: str, *, scale: float = 1) -> str:
    return value(row[name], row[f"{name}_low"], row[f"{name}_high"], form, scale=scale)


def of_summary(summary: Mapping[str, Any], name: str, metric: str, form: str, *, scale: float = 1) -> str:
    return value(summary[name][metric], **summary["intervals"][name][metric], form=form, scale=scale)


def with_std(of: Mapping[str, float], form: str, *, scale: float = 1) -> str:
    return f"{scale * of['mean']:{form}} ± {scale * of['std']:{form}}"


def over_seeds(of: Mapping[str, Any], metric: str, form: str, *, scale: float = 1) -> str:
    """Return the mean over seeds, with the standard deviation if there are several."""
    text = f"{scale * of[metric]:{form}}"
    return f"{text} ± {scale * of['std'][metric]:{form}}" if of["std"] else text
