"""Reads separated text: what Excel, other programs and people save as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, count

from annualwheel.errors import Unreadable
from annualwheel.uploads.cells import COLUMN_LIMIT, Budget, Cell, Row

DELIMITERS = ";\t,"
# The last line that is read is ours: when it comes as a part of a cell, a quote was never closed.
END = "\ufffe"
# Shorter than what the library takes in one cell, and far longer than a row of any list.
LINE_LIMIT = 100_000
# What a line counts for, as elements of a workbook: 300,000 lines are more than any list has.
OF_A_LINE = 10
# A cell that has this in a further line has swallowed another row.
OF_A_PERSON = "@"


def rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows that hold something, numbered from 1 as a spreadsheet program shows them.

    Raises `Unreadable("unclosed_quote", line=…)`, and `Unreadable("file_takes_too_much")`.
    """
    budget = Budget()
    reader = csv.reader(chain(_lines(text, budget), (END,)), delimiter=delimiter)
    for number in count(1):
        line = reader.line_num + 1
        try:
            values = next(reader)
        except csv.Error as problem:
            # A cell longer than the library takes: everything after a quote without an end.
            raise Unreadable("unclosed_quote", line=line) from problem
        if values == [END]:
            return
        _require_closed(values, line, delimiter)
        cells = {column: Cell(value) for column, value in enumerate(values[:COLUMN_LIMIT]) if value}
        budget.take(len(cells))
        if cells:
            yield Row(number, cells)


def _lines(text: str, budget: Budget) -> Iterator[str]:
    for line in io.StringIO(text, newline=None):
        budget.take(OF_A_LINE, len(line))
        if len(line) > LINE_LIMIT:
            raise Unreadable("file_takes_too_much")
        yield line


def _require_closed(values: list[str], line: int, delimiter: str) -> None:
    """Raises `Unreadable` when a cell holds what must be rows of its own."""
    for value in values:
        further = value.split("\n")[1:]
        swallowed = any(OF_A_PERSON in one and delimiter in one for one in further)
        if END in value or swallowed:
            raise Unreadable("unclosed_quote", line=line)
