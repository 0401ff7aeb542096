"""Finds the lists of people in an uploaded file.

It reads Excel workbooks (.xlsx) and CSV as Excel in the Nordic countries saves it. The bytes say
what a file is; its name does not count. Nothing in it is trusted.

What comes from outside is read in a process of its own: `imports.bounded` calls this there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from annualwheel.contacts.imports import headings
from annualwheel.errors import Unreadable
from annualwheel.uploads import encodings, separated, workbook
from annualwheel.uploads.cells import FILE_LIMIT, Cell, Row
from annualwheel.wording.cleaning import one_line

ROW_LIMIT = 20_000
# The container of .xls, and of an .xlsx with a password.
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something, numbered as Excel does.

    It has the cells of the fields that have a heading. `hidden`: Excel does not show it.
    """

    number: int
    cells: Mapping[str, Cell]
    hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """A list that was found: the headings and the rows below them.

    `name` is the sheet's, `encoding` that of a text; `words` show whether it is the right one. A
    list may be one of several readings: then `certain` is not set, and all are given.
    """

    headings: headings.Headings
    lines: list[Line]
    name: str = ""
    visible: bool = True
    encoding: str = ""
    words: tuple[str, ...] = ()
    certain: bool = True


def read(content: bytes) -> Sheet:
    """The list that a file is most likely meant to bring: the first of `lists`."""
    return lists(content)[0]


def lists(content: bytes) -> list[Sheet]:
    """The lists in a file. The first is on the first visible sheet that holds one.

    Raises `Unreadable`: too large, broken, locked, of another kind, without the headings or rows it
    must have.
    """
    if len(content) > FILE_LIMIT:
        raise Unreadable("file_too_large")
    if content.startswith(OLD_EXCEL):
        raise Unreadable("file_locked" if ENCRYPTED in content else "file_old_excel")
    if content.startswith(b"PK"):
        return _workbook(content)
    return _texts_of(content)


def _workbook(content: bytes) -> list[Sheet]:
    """The lists on the sheets of a workbook.

    A broken file is met with errors of a dozen kinds; all of them mean the same to the person who
    sent it.
    """
    try:
        return _of_tables(content)
    except (Unreadable, MemoryError):
        raise
    except Exception as problem:
        raise Unreadable("file_broken") from problem


def _of_tables(content: bytes) -> list[Sheet]:
    tables = workbook.tables(content)
    found: list[Sheet] = []
    refused: list[Unreadable] = []
    # The sheets that are shown come first, each in the order of the workbook.
    for table in sorted(tables, key=lambda one: not one.visible):
        try:
            sheet = _sheet(table.rows)
        except Unreadable as problem:
            # What is too much for one sheet is too much for the file.
            if problem.key in ("file_takes_too_much", "file_unpacks_too_large", "file_broken"):
                raise
            refused.append(problem)
        else:
            found.append(replace(sheet, name=table.name, visible=table.visible))
    if not found:
        raise _telling(refused)
    return found


def _telling(refused: list[Unreadable]) -> Unreadable:
    """The refusal that tells most: one of a sheet with headings, else that of the first sheet."""
    silent = ("file_empty", "no_headings")
    telling = [one for one in refused if one.key not in silent]
    filled = [one for one in refused if one.key != "file_empty"]
    return next(iter([*telling, *filled, *refused]), Unreadable("file_empty"))


def _texts_of(content: bytes) -> list[Sheet]:
    """The list in each encoding in which a text holds one: a wrong one spoils the headings."""
    found: list[Sheet] = []
    refused: list[Unreadable] = []
    for decoded in encodings.readings(content):
        try:
            found.append(_text(decoded))
        except Unreadable as problem:
            refused.append(problem)
    if not found:
        raise refused[0]
    return found if len(found) > 1 or not refused else [replace(found[0], certain=True)]


def _text(decoded: encodings.Decoded) -> Sheet:
    sheet = _sheet(separated.rows(decoded.text, _delimiter(decoded.text)))
    return replace(sheet, encoding=decoded.encoding, words=decoded.words, certain=decoded.certain)


def _delimiter(text: str) -> str:
    """What stands between the cells.

    Not guessed from the signs: commas in cells are common. The right one shows the most headings.
    """
    return max(separated.DELIMITERS, key=lambda one: len(_columns(separated.rows(text, one))))


def _columns(rows: Iterator[Row]) -> Mapping[str, int]:
    """The columns that the first rows have headings for."""
    top: list[Row] = []
    # Whoever reads all the rows meets the error again.
    with contextlib.suppress(Unreadable):
        _collect_top(rows, top)
    return _found(top).columns


def _collect_top(rows: Iterator[Row], top: list[Row]) -> Row | None:
    """Puts the rows that may have the headings into `top`; returns the first row after them."""
    for row in rows:
        if row.number > headings.HEADING_ROWS:
            return row
        top.append(row)
    return None


def _found(rows: Iterable[Row]) -> headings.Headings:
    return headings.find((row.number, _texts(row)) for row in rows)


def _texts(row: Row) -> list[str]:
    width = max(row.cells) + 1
    return [one_line(row.cells[one].text) if one in row.cells else "" for one in range(width)]


def _sheet(rows: Iterator[Row]) -> Sheet:
    top: list[Row] = []
    after = _collect_top(rows, top)
    if after is None and not any(text for row in top for text in _texts(row)):
        raise Unreadable("file_empty")
    found = _found(top)
    headings.require(found)
    lines: list[Line] = []
    for row in chain(top, [after] if after else [], rows):
        if row.number > found.row and (line := _line(row, found)):
            lines.append(line)
        if len(lines) > ROW_LIMIT:
            raise Unreadable("file_too_long")
    if not lines:
        raise Unreadable("file_no_rows")
    return Sheet(found, lines)


def _line(row: Row, found: headings.Headings) -> Line | None:
    """The row's cells of the fields; None when nothing stands in them."""
    cells = {
        field: _cleaned(row.cells.get(column, Cell())) for field, column in found.columns.items()
    }
    if not any(cell.is_filled for cell in cells.values()):
        return None
    return Line(row.number, cells, row.hidden)


def _cleaned(cell: Cell) -> Cell:
    return Cell(one_line(cell.text), cell.problem)
