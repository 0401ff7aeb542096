"""Reads a file of contacts in the bounded process that `imports.bounded` starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from annualwheel.contacts.imports import reading
from annualwheel.uploads import child

# A text longer than any field may be is refused whatever its length.
LONGEST = 1_000


def main() -> None:
    """Writes the lists of the file on standard input, each followed by its lines."""
    child.answer(_values)


def _values(content: bytes) -> Iterator[object]:
    for sheet in reading.lists(content):
        yield {
            "headings": asdict(sheet.headings),
            "name": sheet.name,
            "visible": sheet.visible,
            "encoding": sheet.encoding,
            "words": sheet.words,
            "certain": sheet.certain,
            "lines": len(sheet.lines),
        }
        for line in sheet.lines:
            cells = {
                field: (cell.text[:LONGEST], cell.problem) for field, cell in line.cells.items()
            }
            yield line.number, cells, line.hidden
