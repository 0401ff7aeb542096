"""Reads the rows of one sheet of a workbook (ECMA-376 Part 1, 18.3)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from annualwheel.uploads.cells import CELL_LIMIT, COLUMN_LIMIT, Budget, Cell, Row
from annualwheel.uploads.parts import Handler

PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
# How a workbook writes a character that XML cannot hold (22.4.2.4).
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
FIRST_DAY = dt.datetime(1899, 12, 30)  # noqa: DTZ001 a workbook's days have no zone
FIRST_DAY_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
FALSE_DAY = 60
DAY_SECONDS = 24 * 60 * 60
LAST_DAY = 2_950_000  # in the year 9976; Python has no day after the year 9999
# The last row of cells that are merged downwards, by the first row and the column from 0.
Merges = dict[tuple[int, int], int]


@dataclass(frozen=True)
class Values:
    """What cells refer to: the shared texts, and which styles show days."""

    texts: list[str]
    days: frozenset[int]
    days_from_1904: bool

    def cell(self, kind: str, style: str, stored: str) -> Cell:
        """The cell whose `t`, `s` and content are these (18.3.1.4)."""
        if kind == "s":
            return Cell(unescaped(self.texts[int(stored)]))
        if kind in ("inlineStr", "str"):
            return Cell(unescaped(stored))
        if kind == "e":
            return Cell(stored, "error_value")
        if kind == "b":
            return Cell("ja" if stored.strip() in ("1", "true") else "nej")
        if kind == "d":
            return Cell(stored)
        return Cell(self._number(stored.strip(), style))

    def _number(self, stored: str, style: str) -> str:
        # A number as long as a telephone number is kept as it stands: a float would round it.
        is_day = style.isdecimal() and int(style) in self.days
        if stored.isdecimal() and not is_day:
            return stored
        number = float(stored)
        if is_day and 0 <= number <= LAST_DAY:
            return _day(number, self.days_from_1904)
        return str(int(number)) if number.is_integer() else str(number)


class WorksheetHandler(Handler):
    """Collects the rows that hold something while a sheet is read.

    A value in cells that are merged downwards holds for all rows of the merge.
    """

    def __init__(self, values: Values, merges: Merges, budget: Budget) -> None:
        self.values, self.merges, self.budget = values, merges, budget
        self.rows: list[Row] = []
        self.number, self.column, self.hidden = 0, -1, False
        self.cells: dict[int, Cell] = {}
        self.columns: dict[str, int] = {}
        # The cells that merges hold, by column, with the last row that they hold for.
        self.held: dict[int, tuple[int, Cell]] = {}
        self.place: tuple[str, str] = ("n", "")
        self.pieces: list[str] = []
        self.length = 0
        self.wanted = self.in_value = self.spoken = self.has_formula = False

    def taken(self) -> list[Row]:
        """The rows that have been read since it was last asked."""
        rows, self.rows = self.rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or what a cell holds begins."""
        if name in ("v", "t"):
            # A text of its own goes before a number that stands beside it.
            beside = name == "v" and self.place[0] == "inlineStr"
            self.in_value = self.wanted and not self.spoken and not beside
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self.has_formula = True
        elif name == "rPh":
            self.spoken = True

    def end(self, name: str) -> None:
        """A row, a cell, or what a cell holds ends."""
        if name in ("v", "t"):
            self.in_value = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self.spoken = False

    def text(self, text: str) -> None:
        """Keeps what belongs to a value, as much as a cell can hold."""
        if self.in_value and self.length < CELL_LIMIT:
            self.pieces.append(text[: CELL_LIMIT - self.length])
            self.length += len(text)
            self.budget.take(characters=len(text))

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self.number = int(number) if number.isdecimal() else self.number + 1
        self.hidden = attributes.get("hidden") in ("1", "true")
        self.cells, self.column = {}, -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.column = self._column(attributes.get("r", ""))
        self.place = (attributes.get("t", "n"), attributes.get("s", ""))
        self.pieces, self.length, self.has_formula = [], 0, False
        self.wanted = self.column < COLUMN_LIMIT

    def _column(self, reference: str) -> int:
        place = PLACE.fullmatch(reference)
        if place is None:
            return self.column + 1
        letters = place[1]
        if letters not in self.columns:
            self.columns[letters] = column_number(letters)
        return self.columns[letters]

    def _end_cell(self) -> None:
        if not self.wanted:
            return
        self.wanted = False
        kind, style = self.place
        if self.pieces:
            cell = self.values.cell(kind, style, "".join(self.pieces))
        # A formula that gave an empty text has a value: that.
        elif self.has_formula and kind != "str":
            cell = Cell(problem="formula")
        else:
            return
        self.cells[self.column] = cell
        if self.merges and (last := self.merges.get((self.number, self.column))):
            self.held[self.column] = (last, cell)

    def _end_row(self) -> None:
        if not self.cells:
            return
        for column, (last, cell) in list(self.held.items()):
            if self.number > last:
                del self.held[column]
            else:
                self.cells.setdefault(column, cell)
        self.rows.append(Row(self.number, self.cells, self.hidden))


def column_number(letters: str) -> int:
    """The column that Excel calls by these letters, from 0."""
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1


def column_letters(column: int) -> str:
    """The letters Excel calls a column by, counted from 0: A, B, … Z, AA."""
    last = chr(ord("A") + column % 26)
    if column < 26:
        return last
    return column_letters(column // 26 - 1) + last


def unescaped(text: str) -> str:
    """The text with what XML cannot hold put back."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _day(number: float, from_1904: bool) -> str:
    """The day, the time or both that a number stands for."""
    seconds = round(number * DAY_SECONDS)
    if seconds < DAY_SECONDS:
        return (FIRST_DAY + dt.timedelta(seconds=seconds)).time().isoformat()
    # Excel counts the 29th of February 1900, which there was not.
    late = dt.timedelta(days=int(number < FALSE_DAY))
    first = FIRST_DAY_1904 if from_1904 else FIRST_DAY + late
    found = first + dt.timedelta(seconds=seconds)
    whole = seconds % DAY_SECONDS == 0
    return found.date().isoformat() if whole else found.isoformat()
