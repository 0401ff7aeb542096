"""Reads all sheets of a file in the bounded process, for `scripts.faults_files`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from annualwheel.uploads import child, encodings, separated, workbook
from annualwheel.uploads.cells import Row, Table
from annualwheel.wording.cleaning import one_line

# More rows than any list of people may have; what comes after them is read, but not compared.
MOST_ROWS = 20_000


def main() -> None:
    """Writes every sheet, each followed by its rows, and what it took."""
    child.answer(_values)


def _values(content: bytes) -> Iterator[object]:
    for table in _tables(content):
        yield {"sheet": table.name}
        for count, row in enumerate(table.rows):
            if count < MOST_ROWS:
                yield row.number, _texts(row)
    yield {"peak": _peak(), "seconds": time.process_time()}


def _peak() -> int:
    """The most memory that was in use, in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _tables(content: bytes) -> list[Table]:
    if content.startswith(b"PK"):
        return workbook.tables(content)
    text = encodings.readings(content)[0].text
    return [Table("", True, separated.rows(text, max(";,\t", key=text.count)))]


def _texts(row: Row) -> dict[int, str]:
    return {column: one_line(cell.text) for column, cell in row.cells.items() if cell.text}
