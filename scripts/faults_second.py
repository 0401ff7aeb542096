"""Reads all sheets of a workbook with python-calamine, to be compared with our own reader."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annualwheel.uploads import child
from annualwheel.uploads.cells import COLUMN_LIMIT
from annualwheel.wording.cleaning import one_line
from scripts.faults_reader import MOST_ROWS


def main() -> None:
    """Writes every sheet, each followed by its rows, as `scripts.faults_reader` does."""
    child.answer(_values)


def _values(content: bytes) -> Iterator[object]:
    # The process was started without the installed packages.
    for folder in Path(sys.executable).parents[1].glob("lib/python*/site-packages"):
        sys.path.append(str(folder))
    calamine = importlib.import_module("python_calamine")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for described in book.sheets_metadata:
        if "WorkSheet" not in str(described.typ):
            continue
        yield {"sheet": described.name}
        rows = book.get_sheet_by_name(described.name).to_python(skip_empty_area=False)
        for number, row in enumerate(rows[:MOST_ROWS], 1):
            texts = {
                column: text
                for column, value in enumerate(row[:COLUMN_LIMIT])
                if (text := _text(value))
            }
            if texts:
                yield number, texts


def _text(value: Any) -> str:
    """A value as our own reader gives it."""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    return one_line(str(value))
