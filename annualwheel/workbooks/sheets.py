"""Sheets that people sort, filter and print, written as a stream.

Whatever a user typed is written as text, unchanged. Nothing is printed smaller than 8 points.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.hyperlink import Hyperlink

from annualwheel.clock import local
from annualwheel.workbooks import pages, styles, texts
from annualwheel.workbooks.pages import Column, Layout

# Openpyxl would make a formula or an error value of these; with + - @ only the quote prefix keeps
# Excel from it after F2, Enter.
NEEDS_CARE = ("=", "#", "+", "-", "@")
LINE, TALLEST = 15.0, 409.0
# Lines of a text in one row; what is left goes on in the next. A taller row, which leaves half a
# page empty where it does not fit any more, would be cut at last.
MOST_LINES = 16
# Letters to a line, as a part of the column's width, which counts zeros: most letters are narrower,
# but a line of words with m and w is not.
LETTERS = 1.0
# The part of a column's width in which any letters fit on one line, so that no style is needed.
SURE = 0.6
# Each link costs memory until the workbook is saved; the text of what comes after these stands.
MOST_LINKS = 5_000


# Stands for the number of the row, where a text goes on over several.
PART = object()


class Link(NamedTuple):
    """A cell that leads somewhere: to an address, or to the sheet `to` of the same workbook."""

    text: str
    address: str = ""
    to: Sheet | None = None


@dataclass(frozen=True)
class BookWords:
    """What every workbook says, in its language.

    `cut` ends a text that is too long for a cell and goes on in the sheet `long_texts`, whose
    columns are `headings`: sheet, id, question, part, text. `page` and `of` make "Sida 1 av 3".
    """

    long_texts: str
    cut: str
    headings: tuple[str, str, str, str, str]
    page: str
    of: str


class StyledWorkbook:
    """A write-only workbook whose sheets share a handful of styles.

    `title` and `author` are the file's own.
    """

    def __init__(self, title: str, author: str, language: str, words: BookWords) -> None:
        self.workbook = Workbook(write_only=True)
        properties = self.workbook.properties
        properties.title, properties.creator, properties.language = title, author, language
        styles.align_to_top(self.workbook)
        self.words = words
        self.long: list[tuple[str, str, str, int, str]] = []
        # Excel keeps this name for itself.
        self._titles: set[str] = {"history"}
        self.styles: dict[str, StyleArray] = {}
        self.tall: dict[int, float] = {}
        self.sheets: list[Sheet] = []
        self.of_long_texts: list[Sheet] = []

    def sheet(self, layout: Layout) -> Sheet:
        """Adds a sheet.

        A title too long for a tab is cut there, unless `tab` says what stands there instead, and
        stands whole at the top of every printed page.
        """
        sheet = self.workbook.create_sheet(self._free_title(layout.tab or layout.title))
        # A single & begins a code in headers and footers.
        sheet.oddHeader.left.text = layout.title.replace("&", "&&")
        sheet.oddFooter.left.text = "&A"
        for part in (sheet.oddHeader.left, sheet.oddFooter.left, sheet.oddFooter.right):
            part.size = int(styles.POINTS)
        sheet.oddFooter.right.text = f"{self.words.page} &P {self.words.of} &N"
        self.sheets.append(Sheet(self, sheet, layout))
        return self.sheets[-1]

    def keep_long_texts(self, rank: int) -> None:
        """Adds a sheet with the texts too long for a cell, whole and in parts, if there are any."""
        if self.long:
            place, about, question, part, text = self.words.headings
            columns = (
                Column(place, 20),
                Column(about, 15),
                Column(question, 30, wrap=True),
                Column(part, 8),
                Column(text, 70, text=True),
            )
            sheet = self.sheet(Layout(self.words.long_texts, columns, rank))
            for row in self.long:
                sheet.append(row)
            self.of_long_texts = [sheet]

    def save(self, path: str | IO[bytes]) -> None:
        """Writes the workbook to a path or a file, its sheets in the order of their ranks."""
        for each in self.sheets:
            each.finish()
        self.sheets.sort(key=lambda each: each.layout.rank)
        self.workbook._sheets = [each.sheet for each in self.sheets]
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
        title, number = texts.tab_title(wanted), 2
        # Excel takes titles that differ only in case for the same.
        while title.casefold() in self._titles:
            title, number = texts.tab_title(wanted, f" ({number})"), number + 1
        self._titles.add(title.casefold())
        return title


class Sheet:
    """One sheet, set up for reading and printing before its first row.

    A streamed sheet cannot be changed later.
    """

    def __init__(self, book: StyledWorkbook, sheet: WriteOnlyWorksheet, layout: Layout) -> None:
        self.book, self.sheet, self.layout = book, sheet, layout
        self.columns, self.rows, self.links = layout.columns, 0, 0
        if not book.styles:
            book.styles = styles.make(sheet)
            book.tall = {id(book.styles[name]): size for name, size in styles.WRAPPING.items()}
        # Before the first row: openpyxl leaves out what is set on a streamed sheet after that.
        for number, column in enumerate(self.columns, 1):
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width, dimension._style = column.width, book.styles["plain"]
            if column.grouped:
                dimension.outlineLevel, dimension.hidden = 1, True
        pages.set_up(sheet, layout)
        self._wrapped = [column.wrap or column.text for column in self.columns]
        self._texts = [number for number, column in enumerate(self.columns) if column.text]
        self._fits = [int(column.width * SURE) for column in self.columns]
        # What is not printed makes no row taller: it would be empty paper.
        printed = layout.printed or len(self.columns)
        self._tall = [
            0.0 if column.grouped or number >= printed else column.width
            for number, column in enumerate(self.columns)
        ]
        for number, line in enumerate(layout.above):
            # A line as wide as the sheet would make its first column wide.
            self.joined([(line, "quoted_wrap" if number else "title")], len(self.columns))
        if layout.has_headings:
            self.styled([column.heading for column in self.columns], "heading")

    @property
    def title(self) -> str:
        """What stands on the tab."""
        return str(self.sheet.title)

    def append(self, values: Iterable[object], about: str = "", question: str = "") -> None:
        """Writes one row, or several where a text is too long for the height of one.

        Text stays text; datetimes become Swedish clock time; dates are real ones; None is an empty
        cell; `PART` is the number of the row. What is no text is repeated on each row. A text too
        long for a cell is found again by the id `about` and the `question` (the heading of its
        column, unless it is given).
        """
        whole = [
            self._whole(value, about, question or self.columns[number].heading)
            if isinstance(value, str)
            else value
            for number, value in enumerate(values)
        ]
        for part, row in enumerate(self._rows(whole), 1):
            self._write([self._cell(value, number, part) for number, value in enumerate(row)])

    def _rows(self, values: list[object]) -> list[list[object]]:
        """The values as one row, or as several where a text takes too many lines."""
        split: dict[int, list[str]] = {}
        for number in self._texts:
            value = values[number] if number < len(values) else None
            if isinstance(value, str) and self._may_be_tall(value, number):
                split[number] = texts.in_parts(value, self.letters(number, "wrap"), MOST_LINES)
        count = max((len(parts) for parts in split.values()), default=1)
        if count == 1:
            return [values]
        rows = [list(values) for _ in range(count)]
        for number in self._texts:
            whole = [values[number]] if number < len(values) else []
            parts: Sequence[object] = split.get(number, whole)
            for place, row in enumerate(rows):
                row[number] = parts[place] if place < len(parts) else None
        return rows

    def _may_be_tall(self, text: str, number: int) -> bool:
        # Two lines after each other hold more than one line's letters, so there are no more.
        letters = self.letters(number, "wrap")
        return 2 * len(text) / letters + text.count("\n") + 1 > MOST_LINES

    def styled(self, values: Iterable[object], style: str) -> None:
        """Writes one row in one of the styles (`heading`, `title`, `strong`, `card` …)."""
        self._write([self._in_style(value, style) for value in values])

    def append_styled(self, values: Iterable[tuple[object, str]]) -> None:
        """Writes one row of (value, style) pairs."""
        self._write([self._in_style(value, style) for value, style in values])

    def joined(self, values: Iterable[tuple[object, str]], last: int) -> None:
        """Writes a row of (value, style) pairs whose last value reaches to the column `last`."""
        pairs = list(values)
        first = len(pairs)
        width = sum(column.width for column in self.columns[first - 1 : last])
        cells = [self._in_style(value, style) for value, style in pairs]
        tall = [*self._tall[: first - 1], width]
        self._write(cells, tall)
        letters = get_column_letter(first), get_column_letter(last)
        self.sheet.merged_cells.add(f"{letters[0]}{self.rows}:{letters[1]}{self.rows}")

    def letters(self, number: int, style: str) -> int:
        """How many letters of a style a line of the column (numbered from 0) surely holds."""
        return max(1, int(self.columns[number].width * LETTERS / styles.WRAPPING[style]))

    def finish(self) -> None:
        """Sets what depends on the last row: the range of the filter and what is printed."""
        if self.layout.has_headings and self.layout.filtered:
            last_column = get_column_letter(len(self.columns))
            self.sheet.auto_filter.ref = f"A{self.layout.headed}:{last_column}{self.rows}"
        if self.layout.printed:
            self.sheet.print_area = f"A1:{get_column_letter(self.layout.printed)}{self.rows}"

    def _write(self, cells: list[object], tall: Sequence[float] | None = None) -> None:
        """Appends a row, with a height where text wraps.

        Not every program finds the height by itself when it opens or prints the file.
        """
        self.rows += 1
        placed = zip(cells, tall or self._tall, strict=False)
        # Most cells are plain values, which never wrap.
        styled = ((cell, width) for cell, width in placed if isinstance(cell, Cell))
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
        if size is None or not width or not isinstance(text, str):
            return 1.0
        return size * texts.count_lines(text, max(1, int(width * LETTERS / size)))

    def _cell(self, value: object, number: int, part: int) -> object:
        if isinstance(value, str):
            return self._text_cell(value, number)
        if value is PART:
            return part
        if isinstance(value, Link):
            return self._link(value, "link")
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
            return self._as_text(self._whole(value, "", ""), style)
        if isinstance(value, Link):
            return self._link(value, "link_wrap")
        cell = WriteOnlyCell(self.sheet, value=value)
        cell._style = self.book.styles[style]
        return cell

    def _as_text(self, text: str, style: str) -> WriteOnlyCell:
        """A text cell that is set past the setter of `value`.

        The setter would look for formulas and errors in what `_whole` has made ready already.
        """
        cell = WriteOnlyCell(self.sheet)
        cell._value, cell.data_type = text, "s"
        cell._style = self.book.styles[style]
        return cell

    def _link(self, link: Link, style: str) -> object:
        cell = self._as_text(self._whole(link.text, "", ""), style)
        if self.links >= MOST_LINKS:
            return cell
        self.links += 1
        target: dict[str, Any] = {"target": link.address}
        if link.to is not None:
            quoted = link.to.title.replace("'", "''")
            target = {"location": f"'{quoted}'!A1"}
        cell._hyperlink = Hyperlink(ref="", **target)
        return cell

    def _whole(self, value: str, about: str, question: str) -> str:
        text = texts.cleaned(value)
        if texts.fits_in_cell(text):
            return text
        self.book.long.extend(
            (self.title, about, question, number, texts.Cleaned(part))
            for number, part in enumerate(texts.split(text), 1)
        )
        # Only the cell is cut: the whole text is on the sheet for long texts.
        cut = self.book.words.cut
        return texts.split(text, texts.CELL_LIMIT - len(cut))[0] + cut
