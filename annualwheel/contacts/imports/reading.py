"""Reads an uploaded file, cell by cell.

It reads Excel workbooks (.xlsx) and CSV as Excel in the Nordic countries saves it.

The bytes say what a file is; its name does not count. Nothing in it is trusted: size, unpacked
size, dimensions, dates, formulas.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import iterparse

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL

from annualwheel.contacts.imports import headings
from annualwheel.errors import Unreadable
from annualwheel.wording.cleaning import one_line

MEGABYTE = 1024 * 1024
FILE_LIMIT = 10 * MEGABYTE
UNPACKED_LIMIT = 50 * MEGABYTE
ROW_LIMIT = 20_000
COLUMN_LIMIT = 100
# The object that openpyxl gives for a missing cell. It cannot be compared, only recognised.
NOTHING = {id(EMPTY_CELL)}
SHEET_ROWS = 1_048_576  # as many as Excel has; a file that claims more is not read further
DELIMITERS = ";\t,"
# The container of .xls, and of an .xlsx with a password.
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# How a workbook writes a character that XML cannot hold (ECMA-376 Part 1, 22.4.2.4).
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, and why it cannot be used.

    `formula`: no value was stored; `error_value`: #REF! and the like.
    """

    text: str = ""
    problem: str = ""

    @property
    def is_filled(self) -> bool:
        """Whether it holds something, even if that is only a problem."""
        return bool(self.text or self.problem)


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something, numbered as Excel does.

    It has the cells of the fields that have a heading.
    """

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Sheet:
    """What was read: the headings and the rows below them."""

    headings: headings.Headings
    lines: list[Line]


Rows = list[tuple[int, list[Cell]]]
Places = frozenset[tuple[int, int]]


def read(content: bytes) -> Sheet:
    """The list in a file.

    Raises `Unreadable`: too large, broken, locked, of another kind, without the headings or rows it
    must have.
    """
    if len(content) > FILE_LIMIT:
        raise Unreadable("file_too_large")
    if content.startswith(OLD_EXCEL):
        raise Unreadable("file_locked" if ENCRYPTED in content else "file_old_excel")
    if content.startswith(b"PK"):
        return _sheet(_workbook(content))
    text = _decoded(content)
    readings = [_separated(text, delimiter) for delimiter in DELIMITERS]
    # Not guessed from the signs: commas in cells are common. The right one shows the most headings.
    return _sheet(max(readings, key=lambda rows: len(_found(rows).columns)))


def _found(rows: Rows) -> headings.Headings:
    return headings.find((number, [cell.text for cell in cells]) for number, cells in rows)


def _sheet(rows: Rows) -> Sheet:
    if not rows:
        raise Unreadable("file_empty")
    found = _found(rows)
    headings.require(found)
    below = [_line(number, cells, found) for number, cells in rows if number > found.row]
    lines = [line for line in below if any(cell.is_filled for cell in line.cells.values())]
    if not lines:
        raise Unreadable("file_no_rows")
    return Sheet(found, lines)


def _line(number: int, cells: list[Cell], found: headings.Headings) -> Line:
    # A row of a CSV file may end before the last column.
    columns = {field: column for field, column in found.columns.items() if column < len(cells)}
    return Line(number, {field: cells[column] for field, column in columns.items()})


def _collected(rows: Iterator[list[Cell]]) -> Rows:
    """The rows that hold something, numbered from 1."""
    kept: Rows = []
    for number, cells in enumerate(rows, 1):
        if any(cell.is_filled for cell in cells):
            kept.append((number, cells))
        # Titles and headings above the list do not count against it.
        if len(kept) > ROW_LIMIT + headings.HEADING_ROWS:
            raise Unreadable("file_too_long")
    return kept


def _decoded(content: bytes) -> str:
    """Text in UTF-16, UTF-8 (with or without a mark in front) or Windows-1252.

    Excel saves "Unicode text" in the first, and "CSV" in the last in our countries.
    """
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Windows-1252 decodes almost any bytes: a zero shows that they were no text.
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unreadable("file_unknown")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    # Without a mark: our letters have a zero in every other byte.
    if content[1:200:2].count(0) > len(content[1:200:2]) / 2:
        return ("utf-16-le",)
    return ("utf-8-sig", "cp1252")


def _separated(text: str, delimiter: str) -> Rows:
    try:
        return _collected(
            [Cell(one_line(value)) for value in row[:COLUMN_LIMIT]]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        )
    except csv.Error:
        return []


def _workbook(content: bytes) -> Rows:
    """The rows of the first sheet.

    openpyxl meets a broken file with errors of a dozen kinds; all of them mean the same to the
    person who sent it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            formulas = _look_through(archive)
        return _collected(_cells(content, formulas))
    except Unreadable:
        raise
    except Exception as problem:
        raise Unreadable("file_broken") from problem


def _look_through(archive: zipfile.ZipFile) -> bool:
    """Whether a sheet has formulas.

    Raises `Unreadable` for what is no workbook, unpacks to too much or declares a document type
    (entities that grow without end).
    """
    # Before anything is unpacked: a small archive may hold gigabytes.
    if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
        raise Unreadable("file_unpacks_too_large")
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        raise Unreadable("file_unknown")
    has_formulas = False
    for name in names:
        if name.endswith((".xml", ".rels")):
            part = _safe_part(archive, name)
            of_sheet = name.startswith("xl/worksheets/")
            has_formulas |= of_sheet and FORMULA.search(part) is not None
    return has_formulas


def _safe_part(archive: zipfile.ZipFile, name: str) -> bytes:
    part = archive.read(name)
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Unreadable("file_broken")
    return part


def _cells(content: bytes, formulas: bool) -> Iterator[list[Cell]]:
    # `data_only`: the values that Excel has calculated, not the formulas.
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False
    )
    try:
        if not book.worksheets:
            raise Unreadable("file_empty")
        sheet = book.worksheets[0]
        without_value: Places = frozenset()
        if formulas:
            without_value = _formulas_without_value(content, sheet._worksheet_path)
        rows_without = {row for row, _ in without_value}
        # The size that a sheet declares may be wrong, and openpyxl would read no further.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_row=SHEET_ROWS, max_col=COLUMN_LIMIT), 1):
            # One stray cell at the bottom makes a million empty rows above it, which must cost
            # nothing.
            if set(map(id, row)) == NOTHING and number not in rows_without:
                yield []
            else:
                yield _row(number, row, without_value)
    finally:
        book.close()


def _row(number: int, row: Iterable[Any], without_value: Places) -> list[Cell]:
    return [
        Cell(problem="formula") if (number, column) in without_value else _cell(cell)
        for column, cell in enumerate(row)
    ]


def _cell(cell: Any) -> Cell:
    if cell.value is None:
        return Cell()
    return Cell(_text(cell.value), "error_value" if cell.data_type == "e" else "")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    # Excel stores every number as one with decimals.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return one_line(ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)))


def _formulas_without_value(content: bytes, path: str) -> Places:
    """Row (from 1) and column (from 0) of formulas that nothing has calculated.

    openpyxl shows them as empty cells. A text result that is empty (`t="str"`) is a value.
    """
    found = set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(path.lstrip("/")) as part:
        for _event, element in iterparse(part):  # noqa: S314 a document type was refused above
            if not element.tag.endswith("}c"):
                continue
            parts = {child.tag.rpartition("}")[2]: child.text for child in element}
            place = CELL.fullmatch(element.get("r", ""))
            has_value = bool(parts.get("v")) or element.get("t") == "str"
            if place and "f" in parts and not has_value:
                found.add((int(place[2]), _column(place[1])))
            # Without this the tree of the whole sheet would grow in memory.
            element.clear()
    return frozenset(found)


def _column(letters: str) -> int:
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1
