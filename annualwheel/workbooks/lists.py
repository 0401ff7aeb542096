"""A list as a workbook of one sheet: what it is and what it was narrowed to, then its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

from annualwheel.workbooks.pages import Layout
from annualwheel.workbooks.sheets import BookWords, StyledWorkbook


def write(
    to: IO[bytes],
    layout: Layout,
    rows: Iterable[Sequence[object]],
    author: str,
    language: str,
    words: BookWords,
) -> None:
    """Writes the workbook to the file `to`, a row as soon as it has been read."""
    book = StyledWorkbook(layout.title, author, language, words)
    try:
        sheet = book.sheet(layout)
        for row in rows:
            # So that whoever filters the list finds what is missing under *empty*.
            sheet.append([None if value == "" else value for value in row])
        book.keep_long_texts(layout.rank + 1)
    # The library would keep what it has written of the sheet until its process ends.
    except BaseException:
        book.discard()
        raise
    book.save(to)
