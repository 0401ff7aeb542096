"""Sheets that people sort, filter and print, written as a stream.

Whatever a user typed is written as text, unchanged.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from annualwheel.clock import local
from annualwheel.wording import cleaning

# Excel's limits, in UTF-16 code units. Longer texts are cut without a word, longer titles refused.
CELL_LIMIT = 32_767
TITLE_LIMIT = 31
# Texts up to this length are worth remembering, and fit into a cell whatever they hold.
SHORT = 100
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Excel reads _x000D_ in a text as a control character; written with its own escape it stays the
# seven signs somebody typed.
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# Openpyxl would make a formula or an error value of these; with + - @ only the quote prefix keeps
# Excel from it after F2, Enter.
NEEDS_CARE = ("=", "#", "+", "-", "@")
# Styles that wrap, with the size of their letters against the usual ones.
WRAPPING = {
    "wrap": 1.0,
    "quoted_wrap": 1.0,
    "strong": 1.1,
    "heading": 1.1,
    "card": 1.0,
    "card_strong": 1.1,
}
LINE, TALLEST = 15.0, 409.0
# Letters to a line, as a part of the column's width, which counts zeros: most letters are narrower,
# but a line of words with m and w is not.
LETTERS = 1.0
# The part of a column's width in which any letters fit on one line, so that no style is needed.
SURE = 0.6
FACE = "Calibri"
THIN = Side(style="thin", color="FF5E6D78")


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, whether its text wraps.

    `grouped` for one of the grouped 1/0 columns.
    """

    heading: str
    width: float = 14
    wrap: bool = False
    grouped: bool = False


class StyledWorkbook:
    """A write-only workbook whose sheets share a handful of styles."""

    def __init__(self, title: str, language: str, long_texts: str, cut: str) -> None:
        self.workbook = Workbook(write_only=True)
        self.workbook.properties.title, self.workbook.properties.language = title, language
        _align_to_top(self.workbook)
        self.cut, self.long_title = cut, long_texts
        self.long: list[tuple[str, int, str]] = []
        # Excel keeps this name for itself.
        self._titles: set[str] = {"history"}
        self.styles: dict[str, StyleArray] = {}
        self.tall: dict[int, float] = {}
        self.filtered: list[Sheet] = []

    def sheet(
        self,
        title: str,
        columns: Sequence[Column],
        footer: tuple[str, str],
        name_columns: int = 1,
        tab: str = "",
    ) -> Sheet:
        """Adds a sheet; `footer` is the two words of "Sida 1 av 3".

        The first `name_columns` stay in view when scrolling sideways.

        A title too long for a tab is cut there, unless `tab` says what stands there instead, and
        stands whole at the top of every printed page.
        """
        sheet = self.workbook.create_sheet(self._free_title(tab or title))
        # A single & begins a code in headers and footers.
        sheet.oddHeader.left.text = title.replace("&", "&&")
        return Sheet(self, sheet, columns, footer, name_columns)

    def plain(self, title: str, widths: Sequence[float], footer: tuple[str, str]) -> Sheet:
        """Adds a sheet without a heading row."""
        sheet = self.workbook.create_sheet(self._free_title(title))
        columns = [Column("", width) for width in widths]
        return Sheet(self, sheet, columns, footer, 0)

    def save(self, path: str, headings: Sequence[str], footer: tuple[str, str]) -> None:
        """Writes the workbook.

        Texts too long for a cell follow whole, in parts, on a sheet of their own.
        """
        if self.long:
            place, part, text = headings
            columns = [Column(place, 24), Column(part, 10), Column(text, 100, wrap=True)]
            sheet = self.sheet(self.long_title, columns, footer)
            for row in self.long:
                sheet.append(row)
        # Only now, since the range of a filter ends at the last row.
        for sheet in self.filtered:
            last_column = get_column_letter(len(sheet.columns))
            sheet.sheet.auto_filter.ref = f"A1:{last_column}{sheet.rows}"
        self.workbook.save(path)

    def discard(self) -> None:
        """Removes what has been written so far, of a workbook that is not to be saved.

        The library keeps each sheet in a temporary file until its process ends.
        """
        for sheet in self.workbook.worksheets:
            if not sheet.closed:
                sheet.close()
                sheet._writer.cleanup()

    def _free_title(self, wanted: str) -> str:
        base = FORBIDDEN_IN_TITLE.sub(" ", wanted).strip().strip("'").strip() or "Blad"
        title, number = _cut_title(base, ""), 2
        # Excel takes titles that differ only in case for the same.
        while title.casefold() in self._titles:
            title, number = _cut_title(base, f" ({number})"), number + 1
        self._titles.add(title.casefold())
        return title


class Sheet:
    """One sheet, set up for reading and printing before its first row.

    A streamed sheet cannot be changed later.
    """

    def __init__(
        self,
        book: StyledWorkbook,
        sheet: WriteOnlyWorksheet,
        columns: Sequence[Column],
        footer: tuple[str, str],
        frozen: int,
    ) -> None:
        self.book, self.sheet, self.columns, self.rows = book, sheet, columns, 0
        if not book.styles:
            book.styles = _styles(sheet)
            book.tall = {id(book.styles[name]): size for name, size in WRAPPING.items()}
        # Before the first row: openpyxl leaves out what is set on a streamed sheet after that.
        self._set_widths()
        _set_up_page(sheet, footer)
        if any(column.heading for column in columns):
            sheet.freeze_panes = f"{get_column_letter(frozen + 1)}2"
            sheet.print_title_rows = "1:1"
            self._head()
            book.filtered.append(self)
        self._wrapped = [column.wrap for column in columns]
        self._fits = [int(column.width * SURE) for column in columns]

    def _set_widths(self) -> None:
        for number, column in enumerate(self.columns, 1):
            dimension = self.sheet.column_dimensions[get_column_letter(number)]
            dimension.width, dimension._style = column.width, self.book.styles["plain"]
            if column.grouped:
                dimension.outlineLevel, dimension.hidden = 1, True

    def append(self, values: Iterable[object]) -> None:
        """Writes one row.

        Text stays text; datetimes become Swedish clock time; dates are real ones; None is an empty
        cell.
        """
        self._write([self._cell(value, number) for number, value in enumerate(values)])

    def styled(self, values: Iterable[object], style: str) -> None:
        """Writes one row in one of the styles (`heading`, `title`, `strong`, `card` …)."""
        self._write([self._in_style(value, style) for value in values])

    def append_styled(self, values: Iterable[tuple[object, str]]) -> None:
        """Writes one row of (value, style) pairs."""
        self._write([self._in_style(value, style) for value, style in values])

    def _write(self, cells: list[object]) -> None:
        """Appends a row, with a height where text wraps.

        Not every program finds the height by itself when it opens or prints the file.
        """
        self.rows += 1
        placed = zip(cells, self.columns, strict=False)
        # Most cells are plain values, which never wrap.
        styled = ((cell, column.width) for cell, column in placed if isinstance(cell, Cell))
        lines = max((self._lines(cell, width) for cell, width in styled), default=1.0)
        if lines > 1:
            dimension = self.sheet.row_dimensions[self.rows]
            dimension.height = min(TALLEST, LINE * lines + 2)
            dimension._style = self.book.styles["plain"]
        self.sheet.append(cells)
        # Already written with the row. Kept, it would cost memory for every row of the pack.
        self.sheet.row_dimensions.pop(self.rows, None)

    def _lines(self, cell: object, width: float) -> float:
        """How many lines a cell takes, in lines of the usual size."""
        size = self.book.tall.get(id(getattr(cell, "_style", None)))
        text = getattr(cell, "value", None)
        if size is None or not isinstance(text, str):
            return 1.0
        letters = max(1, int(width * LETTERS / size))
        return size * sum([_lines_of(part, letters) for part in text.split("\n")])

    def _head(self) -> None:
        self._write([self._in_style(column.heading, "heading") for column in self.columns])

    def _cell(self, value: object, number: int) -> object:
        if isinstance(value, str):
            return self._text_cell(self._text(value), number)
        # Before `date`, which a datetime is too. Excel has no zones: openpyxl refuses aware times.
        if isinstance(value, dt.datetime):
            return self._in_style(local(value).replace(tzinfo=None), "moment")
        return self._in_style(value, "day") if isinstance(value, dt.date) else value

    def _text_cell(self, text: str, number: int) -> object:
        """A cell of its own only for a text that needs a style; else the text itself."""
        wraps = self._wrapped[number]
        if text.startswith(NEEDS_CARE):
            return self._as_text(text, "quoted_wrap" if wraps else "quoted")
        if wraps and (len(text) > self._fits[number] or "\n" in text):
            return self._as_text(text, "wrap")
        return text

    def _in_style(self, value: object, style: str) -> object:
        if isinstance(value, str):
            return self._as_text(self._text(value), style)
        cell = WriteOnlyCell(self.sheet, value=value)
        cell._style = self.book.styles[style]
        return cell

    def _as_text(self, text: str, style: str) -> WriteOnlyCell:
        """A text cell that is set past the setter of `value`.

        The setter would look for formulas and errors in what `_text` has made ready already.
        """
        cell = WriteOnlyCell(self.sheet)
        cell._value, cell.data_type = text, "s"
        cell._style = self.book.styles[style]
        return cell

    def _text(self, value: str) -> str:
        if len(value) <= SHORT:
            return _short(value)
        text = _cleaned(value)
        if _units(text) <= CELL_LIMIT:
            return text
        place = f"{self.sheet.title}, {self.rows + 1}"
        parts = _split(text)
        self.book.long.extend((place, number, part) for number, part in enumerate(parts, 1))
        # Only the cell is cut: the whole text is on the sheet for long texts.
        return _split(text, CELL_LIMIT - len(self.book.cut))[0] + self.book.cut


def _cleaned(value: str) -> str:
    """What Excel can hold of the text, shown as it was typed."""
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    text: str = cleaning.kept(value)
    return LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


# Names, questions and kinds are the same on thousands of rows.
_short = functools.lru_cache(maxsize=4096)(_cleaned)


def _set_up_page(sheet: WriteOnlyWorksheet, footer: tuple[str, str]) -> None:
    page = sheet.page_setup
    # 9 is A4; no height to fit: as many pages long as it takes.
    page.orientation, page.paperSize, page.fitToWidth, page.fitToHeight = "landscape", 9, 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = f"{footer[0]} &P {footer[1]} &N"


def _align_to_top(workbook: Workbook) -> None:
    """Lets cells without a style of their own begin at the top, where wrapped text begins.

    Otherwise a row of five lines has its names at its foot.
    """
    top = Alignment(vertical="top")
    workbook._named_styles["Normal"].alignment = top
    workbook._cell_styles[0].alignmentId = workbook._alignments.add(top)


def _styles(sheet: WriteOnlyWorksheet) -> dict[str, StyleArray]:
    """The few styles there are.

    Cells share these arrays: setting a style by name or by new objects on every cell is many times
    slower.
    """
    top, wrapped = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    middle = Alignment(horizontal="center", vertical="center")
    dashed = Side(style="dashed", color="FF5B3A78")
    card = {"alignment": wrapped, "border": Border(bottom=THIN), "quotePrefix": True}
    looks: dict[str, dict[str, Any]] = {
        "heading": {
            "font": Font(name=FACE, bold=True, color="FFFFFFFF"),
            "fill": PatternFill("solid", fgColor="FF083A50"),
            "alignment": Alignment(vertical="center", wrap_text=True),
        },
        "title": {"font": Font(name=FACE, bold=True, size=18)},
        "strong": {"font": Font(name=FACE, bold=True), "alignment": wrapped},
        "card": {"font": Font(name=FACE), **card},
        "card_strong": {"font": Font(name=FACE, bold=True), **card},
        "plain": {"alignment": top},
        "wrap": {"alignment": wrapped},
        "quoted": {"alignment": top, "quotePrefix": True},
        "quoted_wrap": {"alignment": wrapped, "quotePrefix": True},
        "number": {"alignment": middle, "border": Border(THIN, THIN, THIN, THIN)},
        # Dashed and bold as well as violet: colour never says anything alone.
        "gap": {
            "alignment": middle,
            "border": Border(dashed, dashed, dashed, dashed),
            "font": Font(name=FACE, bold=True, color="FF5B3A78"),
        },
        "moment": {"number_format": "yyyy-mm-dd hh:mm", "alignment": top},
        "day": {"number_format": "yyyy-mm-dd", "alignment": top},
    }
    arrays = {}
    for name, look in looks.items():
        cell = WriteOnlyCell(sheet)
        for part, value in look.items():
            setattr(cell, part, value)
        arrays[name] = cell._style
    return arrays


def _lines_of(text: str, letters: int) -> int:
    """How many lines of so many letters a paragraph takes when words stay whole.

    A word longer than a line is broken.
    """
    if len(text) <= letters:
        return 1
    lines, left = 1, letters
    for word in text.split(" "):
        if len(word) > left and left < letters:
            lines, left = lines + 1, letters
        if len(word) > letters:
            more = math.ceil(len(word) / letters) - 1
            lines, left = lines + more, left - len(word) + more * letters
        else:
            left -= len(word)
        left -= 1
    return lines


def _units(text: str) -> int:
    """Length as Excel counts it: UTF-16 code units."""
    # No sign takes more than two units, so most texts need not be counted.
    if len(text) <= CELL_LIMIT // 2:
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def _split(text: str, limit: int = CELL_LIMIT) -> list[str]:
    parts: list[str] = []
    current: list[str] = []
    size = 0
    for character in text:
        # A sign outside the basic plane takes two units, and is never split between two parts.
        width = 2 if character > "\uffff" else 1
        if size + width > limit:
            parts.append("".join(current))
            current, size = [], 0
        current.append(character)
        size += width
    return [*parts, "".join(current)]


def _cut_title(base: str, ending: str) -> str:
    """The title with as many whole words as fit, and the ending."""
    fits = _split(base, TITLE_LIMIT - len(ending))[0]
    if fits != base and " " in fits:
        fits = fits.rsplit(" ", 1)[0]
    return fits.strip() + ending
