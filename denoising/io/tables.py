"""Writes and reads the tables (CSV, TSV) and summaries (JSON) in reports/, as DVC and pandas read them."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denoising.errors import DamagedFileError

Table = Mapping[str, Sequence[Any] | NDArray[Any]]  # columns of equal length
Columns = dict[str, NDArray[Any]]  # the same, as it is read
TEXT_COLUMNS = ("file", "filter", "group", "kind", "method")
SIGNIFICANT_DIGITS = 6  # more would differ between machines and mean nothing


def write_table(path: Path, columns: Table) -> None:
    """Write columns of equal length under their names; fractions with six significant digits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))


def read_table(path: Path) -> Columns:
    """Return the columns of a CSV or TSV file: those in TEXT_COLUMNS as text, the others as float64.

    Raises:
        DamagedFileError: when the file is missing or damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        if len(set(names)) < len(names) or {len(row) for row in rows} - {len(names)}:
            raise ValueError("its rows have different lengths, or two columns have one name")
        columns = dict(zip(names, np.array(rows, np.str_).reshape(-1, len(names)).T, strict=True))
        return {name: column if name in TEXT_COLUMNS else column.astype(np.float64) for name, column in columns.items()}
    except (OSError, ValueError, csv.Error) as error:
        raise DamagedFileError(f"{path} cannot be read as a table: {error}.") from error


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows with the same keys as columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def table_rows(table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table, each as a dictionary by column name."""
    return [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write nested values as JSON, fractions with six significant digits, NaN as null, with a newline at the end."""
    path.write_text(json.dumps(_rounded(summary), indent=2, allow_nan=False) + "\n", encoding="utf-8")


def read_summary(path: Path) -> dict[str, Any]:
    """Return what `write_summary` wrote.

    Raises:
        DamagedFileError: when the file is missing or damaged.
    """
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedFileError(f"{path} cannot be read: {error}.") from error
    if not isinstance(summary, dict):
        raise DamagedFileError(f"{path} should hold a JSON object, found {type(summary).__name__}.")
    return summary


def round_significant(value: float) -> float:
    """Return `value` rounded to six significant digits."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def _cell(value: Any) -> Any:
    rounded = _rounded(value)
    return "nan" if rounded is None else rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round_significant(float(value))
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return value.item() if isinstance(value, np.generic) else value
