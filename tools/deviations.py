"""Compares result files of two machines value by value, within measured tolerances.

`python -m benchmarks.variability` measures the tolerances: trainings under several seeds, each on two instruction sets.
Where it found no difference, the tolerance is 0: the value owes nothing to the training and may differ by rounding.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from denoising.errors import DenoisingError
from denoising.io.tables import Columns, read_summary, read_table, table_rows

Value = str | float | None
Values = dict[tuple[str, str], Value]  # by row and column; the row is empty in a JSON file
ROUNDING = 2e-5  # relative: values are written with six significant digits
KEYS = ("index", "method", "kind", "factor", "label", "step", "psnr")  # of the rows of a table: the first that it has
IGNORED = (
    "provenance.models",
    "provenance.machine",
    "provenance.libraries",
    "seeds",
    "largest_difference",
    "milliseconds",
)  # other by nature, or checked elsewhere
PROVENANCE = "provenance."  # of a summary: settings and the like, of which no tolerance is measured
PATTERNS = ("reports/*.json", "reports/evaluation/*.csv", "reports/training/plots/**/*.tsv")
NOT_IN_GIT = ("reports/evaluation/images.csv", "reports/evaluation/examples.csv")


def result_files(checkout: Path) -> set[str]:
    """Return the tables and summaries of a checkout that Git holds, by their paths in it."""
    found = {path.relative_to(checkout).as_posix() for pattern in PATTERNS for path in checkout.glob(pattern)}
    return found - set(NOT_IN_GIT)


def read_tolerances(record: Path) -> dict[str, dict[str, float]]:
    """Return for each result file and column the largest tolerance of all machines on which it was measured."""
    largest: dict[str, dict[str, float]] = {}
    for machine in read_summary(record)["machines"].values():
        for name, columns in machine["tolerances"].items():
            known = largest.setdefault(name, {})
            known.update({column: max(value, known.get(column, 0.0)) for column, value in columns.items()})
    return largest


def deviations(expected: Path, found: Path, *, tolerances: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for every value that is missing, new, or further away than the tolerance of its column."""
    if not (expected.exists() and found.exists()):
        yield f"only {'committed' if expected.exists() else 'here'}"
        return
    ours, theirs = read_values(expected), read_values(found)
    absent = 0.0 if "histogram" in expected.name else "missing"  # its bins depend on the values
    for row, column in sorted(ours.keys() | theirs.keys()):
        one, two = (values.get((row, column), absent) for values in (ours, theirs))
        place = f"{row} {column}".strip()
        if isinstance(one, float) and isinstance(two, float):
            allowed = max(tolerances.get(column, 0), ROUNDING * abs(one))
            if not abs(one - two) <= allowed and not (math.isnan(one) and math.isnan(two)):
                yield f"{place}: committed {one:g}, here {two:g}, tolerance {allowed:.2g}"
        elif one != two:
            yield f"{place}: committed {one}, here {two}"


def contradictions(path: Path) -> Iterator[str]:
    """Yield a line for every mean in a file that lies outside of its interval."""
    values = read_values(path)
    for (row, column), value in values.items():
        if path.suffix == ".json":
            name = f"intervals.{column}"
            low, high = (values.get((row, f"{name}.{end}")) for end in ("low", "high"))
        else:
            low, high = (values.get((row, f"{column}_{end}")) for end in ("low", "high"))
        if isinstance(value, float) and isinstance(low, float) and isinstance(high, float):
            slack = ROUNDING * max(abs(low), abs(high))
            if not (low - slack <= value <= high + slack or math.isnan(low)):
                yield f"{row} {column}: {value:g} is not between {low:g} and {high:g}".strip()


def read_values(path: Path) -> Values:
    """Return every value of a table or summary, by row and column; raises `DenoisingError` where two rows are one."""
    if path.suffix == ".json":
        return {("", name): value for name, value in _flatten(read_summary(path)) if not name.startswith(IGNORED)}
    cells = list(_cells(read_table(path)))
    if len(dict(cells)) < len(cells):
        raise DenoisingError(f"{path} has two rows of one name.")
    return dict(cells)


def _cells(table: Columns) -> Iterator[tuple[tuple[str, str], Value]]:
    key = next(name for name in KEYS if name in table)
    for row in table_rows(table):
        for column, value in row.items():
            if column != key:
                yield (f"{key} {row[key]}", column), str(value) if isinstance(value, str) else float(value)


def _flatten(values: Any, prefix: str = "") -> Iterator[tuple[str, Value]]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _flatten(value, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from _flatten(value, f"{prefix}.{number}")
    else:
        yield prefix, float(values) if isinstance(values, int | float) and not isinstance(values, bool) else values
