"""Reads a workbook (ECMA-376, transitional and strict): its sheets, and the values of their cells.

The only library that tells hidden rows and formulas without a value keeps whole sheets in memory,
fills every gap between two cells and does not read strict files; see
`docs/decisions/0025-reading-uploads.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from annualwheel.errors import Unreadable
from annualwheel.uploads.cells import CELL_LIMIT, Row, Table
from annualwheel.uploads.parts import Handler, Parts
from annualwheel.uploads.worksheet import Merges, Values, WorksheetHandler, column_number

# ECMA-376 Part 1, 18.8.30: formats of days and times that have no pattern in the file.
DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# In a pattern of a day: texts, colours and signs that stand for themselves.
NO_DAY = re.compile(r'"[^"]{0,255}"|\[[^\]]{0,255}\]|\\.|_.|\*.')
DAY = re.compile("[dmyhs]", re.IGNORECASE)
MERGED = re.compile(rb'mergeCell\s[^<>]{0,200}?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
MOST_MERGES = 50_000
# How long one `mergeCell` may be, so that none is missed between two pieces.
TAIL = 300


@dataclass(frozen=True)
class _Sheet:
    name: str
    visible: bool
    relation: str


def tables(content: bytes) -> list[Table]:
    """The sheets of a workbook, in its order.

    Raises `Unreadable` (`file_binary_excel` and `file_open_document` for workbooks of those kinds),
    also while the rows are gone through, and what zipfile and expat raise for
    broken files.
    """
    parts = Parts(content)
    _require_kind(parts)
    book = _book(parts)
    described = _Book()
    parts.read(book, described)
    related = parts.related(book)
    places = {key: name for key, (kind, name) in related.items() if kind == "worksheet"}
    values = _Values(parts, dict(related.values()), described.days_from_1904)
    found = []
    for number, sheet in enumerate(described.sheets, 1):
        name = places.get(sheet.relation, "")
        # A file that has lost its list of relations still names its parts as everybody does.
        if not related:
            name = parts.ending(f"/worksheets/sheet{number}.xml")
        if parts.has(name):
            found.append(Table(sheet.name, sheet.visible, values.rows(name)))
    return found


def _require_kind(parts: Parts) -> None:
    """Names the kinds that people take for an Excel workbook, so that they learn what to do."""
    if parts.has("xl/workbook.bin"):
        raise Unreadable("file_binary_excel")
    # OpenDocument 1.3, part 2, 3.3: the archive says what it is.
    if parts.has("mimetype") and parts.has("content.xml"):
        raise Unreadable("file_open_document")


def _book(parts: Parts) -> str:
    """The name of the part that lists the sheets."""
    main = [name for kind, name in parts.related("").values() if kind == "officeDocument"]
    for name in (*main, parts.ending("/workbook.xml")):
        if name and parts.has(name) and name.endswith("workbook.xml"):
            return name
    # Some give the part another name; then what it refers to tells.
    for name in main:
        if parts.has(name) and any(kind == "worksheet" for kind, _ in parts.related(name).values()):
            return name
    raise Unreadable("file_unknown")


class _Book(Handler):
    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.days_from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            visible = attributes.get("state", "visible") == "visible"
            self.sheets.append(_Sheet(attributes.get("name", ""), visible, relation))
        elif name == "workbookPr":
            self.days_from_1904 = attributes.get("date1904") in ("1", "true")


class _Values:
    """What the sheets of a workbook share; read when the first of them is."""

    def __init__(self, parts: Parts, kinds: dict[str, str], days_from_1904: bool) -> None:
        self.parts, self.kinds, self.days_from_1904 = parts, kinds, days_from_1904
        self.shared: Values | None = None

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a sheet that hold something."""
        if self.shared is None:
            self.shared = Values(self._texts(), self._days(), self.days_from_1904)
        handler = WorksheetHandler(self.shared, _merges(self.parts, name), self.parts.budget)
        for _piece in self.parts.parse(name, handler):
            yield from handler.taken()

    def _texts(self) -> list[str]:
        handler = _SharedTexts(self.parts)
        if name := self._part("sharedStrings", "/sharedstrings.xml"):
            self.parts.read(name, handler)
        return handler.texts

    def _days(self) -> frozenset[int]:
        handler = _Styles()
        if name := self._part("styles", "/styles.xml"):
            self.parts.read(name, handler)
        return frozenset(handler.days)

    def _part(self, kind: str, end: str) -> str:
        name = self.kinds.get(kind, "") or self.parts.ending(end)
        return name if name and self.parts.has(name) else ""


class _SharedTexts(Handler):
    """Texts that cells refer to by number."""

    def __init__(self, parts: Parts) -> None:
        self.texts: list[str] = []
        self.budget = parts.budget
        self.pieces: list[str] = []
        self.length = 0
        self.in_text = self.spoken = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.pieces, self.length = [], 0
        elif name == "rPh":
            self.spoken = True
        self.in_text = name == "t" and not self.spoken

    def end(self, name: str) -> None:
        self.in_text = False
        if name == "rPh":
            self.spoken = False
        elif name == "si":
            self.texts.append("".join(self.pieces))

    def text(self, text: str) -> None:
        if self.in_text and self.length < CELL_LIMIT:
            self.budget.take(characters=len(text))
            self.pieces.append(text[: CELL_LIMIT - self.length])
            self.length += len(text)


class _Styles(Handler):
    """The numbers of the styles that show a day."""

    def __init__(self) -> None:
        self.days: set[int] = set()
        self.formats = set(DAY_FORMATS)
        self.in_cells = False
        self.number = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            pattern = NO_DAY.sub("", attributes.get("formatCode", "")[:255])
            if DAY.search(pattern) and "general" not in pattern.lower():
                self.formats.add(int(attributes["numFmtId"]))
        elif name == "cellXfs":
            self.in_cells = True
        elif name == "xf" and self.in_cells:
            shown = attributes.get("numFmtId", "0")
            if shown.isdecimal() and int(shown) in self.formats:
                self.days.add(self.number)
            self.number += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.in_cells = False


def _merges(parts: Parts, name: str) -> Merges:
    """Where cells are merged downwards: the last row by (first row, column from 0).

    They stand behind the cells, so they are looked for first.
    """
    found: Merges = {}
    tail = b""
    for piece in parts.pieces(name):
        for merge in MERGED.finditer(tail + piece):
            first, last = int(merge[2]), int(merge[3])
            if last > first and len(found) < MOST_MERGES:
                found[first, column_number(merge[1].decode())] = last
        tail = piece[-TAIL:]
    return found
